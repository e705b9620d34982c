import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const PAGES = ["main.html", "overlay.html", "stream.html"];
const DOOR = "/src/lib/ipc.ts";

/** In mode `mock` the pages speak to an invented world instead of the shell. */
function mockedShell(): Plugin {
  return {
    name: "mocked-shell",
    enforce: "pre",
    apply: (_, { mode }) => mode === "mock",
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found?.id.endsWith(DOOR) ? found.id.replace(DOOR, "/src/mock/ipc.ts") : found;
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [mockedShell(), svelte(), svelteTesting()],
  clearScreen: false,
  // tauri.conf.json names this address: another port would show an empty window.
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  build: {
    // The oldest WebKitGTK 4.1 and WebView2 that Tauri 2 runs on.
    target: ["safari15", "chrome105"],
    modulePreload: { polyfill: false },
    // Inlined files would be data: URLs, which the CSP refuses.
    assetsInlineLimit: 0,
    outDir: mode === "mock" ? "dist-mock" : "dist",
    // The gallery is for those who build pages, and is no part of the app.
    rolldownOptions: { input: mode === "mock" ? [...PAGES, "gallery.html"] : PAGES },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test_setup.ts"],
    // A machine that compiles beside it: usually no test takes a tenth of it.
    testTimeout: 30_000,
  },
}));
