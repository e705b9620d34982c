import { defineConfig } from "vitest/config";

/** A page on a loaded machine; none takes a tenth of it otherwise. */
const TIMEOUT_MS = 120_000;

export default defineConfig(({ mode }) => ({
  test: {
    environment: "node",
    include: [mode === "screenshots" ? "e2e/screenshots.ts" : "e2e/**/*.spec.ts"],
    globalSetup: ["e2e/served.ts"],
    // One browser at a time: two cores are all there is in CI.
    fileParallelism: false,
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
  },
}));
