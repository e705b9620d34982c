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
const BINDINGS = {
  group: ["**/generated/bindings"],
  allowTypeImports: true,
  message: "Only src/lib/ipc.ts calls commands; their types are everybody's.",
};
const MOCK = { group: ["**/mock/*"], message: "The mock is chosen by Vite's mode alone." };
const PAGES = { group: ["**/main/*"], message: "lib and shared know no page." };
const OTHER_PAGES = {
  regex: "^\\.\\./(?!\\.\\.)",
  message: "A page knows no other: what two need is in shared/ or lib/.",
};

const no = (...patterns) => ({
  "@typescript-eslint/no-restricted-imports": ["error", { patterns }],
});

export default ts.config(
  { ignores: ["dist/", "dist-mock/", "node_modules/", "src/generated/", "project.inlang/"] },
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
      ...no(TAURI, BINDINGS, MOCK),
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  { files: ["src/lib/**", "src/shared/**"], rules: no(TAURI, BINDINGS, MOCK, PAGES) },
  { files: ["src/main/*/**"], rules: no(TAURI, BINDINGS, MOCK, OTHER_PAGES) },
  {
    files: ["e2e/**", "scripts/**", "src/**/*.test.ts"],
    languageOptions: { globals: globals.node },
    rules: no(TAURI, BINDINGS),
  },
  { files: ["src/lib/ipc.ts", "src/lib/ipc.test.ts"], rules: no(MOCK, PAGES) },
);
