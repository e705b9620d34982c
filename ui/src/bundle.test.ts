// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "vitest";

/** What a page may weigh as the app carries it; type apart. */
const CODE_MAX_BYTES = 160 * 1024;
const TYPE_MAX_BYTES = 140 * 1024;
/** A build on a loaded machine. */
const BUILD_TIMEOUT_MS = 120_000;

/** Words of the mock's world and of the gallery, and of nothing else. */
const INVENTED = [/rift-1821/, /mirage-1902/, /Every part/];

const release = mkdtempSync(join(tmpdir(), "ringside-release-"));
const mocked = mkdtempSync(join(tmpdir(), "ringside-mock-"));

beforeAll(() => {
  build("production", release);
  build("mock", mocked);
}, BUILD_TIMEOUT_MS);

afterAll(() => {
  for (const folder of [release, mocked]) rmSync(folder, { recursive: true });
});

test.each(INVENTED)("the app holds nothing invented: %s", (words) => {
  expect(
    filesIn(mocked).some((file) => words.test(textOf(mocked, file))),
    "the mock does",
  ).toBe(true);
  expect(filesIn(release).filter((file) => words.test(textOf(release, file)))).toEqual([]);
});

test("the app has its three pages, and the gallery is none of them", () => {
  expect(filesIn(release).filter((file) => file.endsWith(".html"))).toEqual([
    "main.html",
    "overlay.html",
    "stream.html",
  ]);
});

test("the page for a stream speaks to no shell", () => {
  const speaks = (page: string) =>
    [...partsOf(page)].some((file) => textOf(release, file).includes("__TAURI_INTERNALS__"));
  expect(speaks("overlay.html"), "the overlay does").toBe(true);
  expect(speaks("stream.html")).toBe(false);
});

test("the pages stay small", () => {
  expect(weight(release, [".js", ".css", ".html"])).toBeLessThan(CODE_MAX_BYTES);
  expect(weight(release, [".woff2"])).toBeLessThan(TYPE_MAX_BYTES);
});

test("nothing is fetched from elsewhere", () => {
  const addresses = filesIn(release)
    .filter((file) => extname(file) !== ".woff2")
    .flatMap(
      (file) => textOf(release, file).match(/(?:src|href|url|import)[=(]["']?https?:/g) ?? [],
    );
  expect(addresses).toEqual([]);
});

function build(mode: string, folder: string): void {
  // Vitest's own environment would make a build for tests of it.
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: "production" };
  delete env["VITEST"];
  const wanted = ["build", "--mode", mode, "--outDir", folder, "--emptyOutDir"];
  execFileSync(process.execPath, ["node_modules/vite/bin/vite.js", ...wanted], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function textOf(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** Compressed, but for type, which is compressed already. */
function weight(folder: string, kinds: readonly string[]): number {
  return filesIn(folder)
    .filter((file) => kinds.includes(extname(file)))
    .map((file) => readFileSync(join(folder, file)))
    .reduce((sum, bytes) => sum + Math.min(gzipSync(bytes).length, bytes.length), 0);
}

/** A page's scripts, and whatever they import. */
function partsOf(page: string): Set<string> {
  const parts = new Set<string>();
  const look = (text: string) => {
    for (const [, name = ""] of text.matchAll(/([\w.-]+\.js)["'`]/g)) {
      const file = `assets/${name}`;
      if (parts.has(file) || !filesIn(release).includes(file)) continue;
      parts.add(file);
      look(textOf(release, file));
    }
  };
  look(textOf(release, page));
  return parts;
}
