import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  // tauri.conf.json names this address: another port would show an empty window.
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  build: {
    // The oldest WebKitGTK 4.1 and WebView2 that Tauri 2 runs on.
    target: ["safari15", "chrome105"],
    modulePreload: { polyfill: false },
    // Inlined files would be data: URLs, which the CSP refuses.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ["main.html", "overlay.html"] },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test_setup.ts"],
  },
});
