import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

/** The one door to the shell. Everything else gets its words through it. */
const TAURI = {
  group: ["@tauri-apps/api", "@tauri-apps/api/*"],
  message: "Only src/lib/ipc.ts speaks to the shell.",
};
const PAGES = { group: ["**/main/*"], message: "lib and shared know no page." };

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/generated/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "no-restricted-imports": ["error", { patterns: [TAURI] }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ["src/lib/**", "src/shared/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [TAURI, PAGES] }] },
  },
  {
    files: ["src/lib/ipc.ts", "src/lib/ipc.test.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [PAGES] }] },
  },
);
