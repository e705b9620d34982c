/** The page for a stream, served as crates/stream-page does: under a secret, beside its events. */
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import type { LiveUpdate, PageLook } from "../src/generated/bindings";
import { sceneOf } from "../src/mock/scenes";
import { axeFinds, kept, launch } from "./browser";

/** As crates/stream-page says it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
  "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";
const TYPES: Readonly<Partial<Record<string, string>>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".woff2": "font/woff2",
};

const LOOK: PageLook = { rows: 4, language: "en", surface: "stream" };

let browser: Browser;
let server: Server;
let address: string;
let readers: ServerResponse[] = [];
/** What a page that begins to follow is told at once. */
let first: LiveUpdate;
let look: PageLook = LOOK;
/** Whether nobody serves anything. */
let isGone = false;

beforeAll(async () => {
  browser = await launch();
  server = createServer((request, response) => {
    serve(request.url ?? "/", response);
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  const { port } = server.address() as AddressInfo;
  address = `http://127.0.0.1:${String(port)}/secret/`;
});

afterEach(() => {
  look = LOOK;
  isGone = false;
  cutOff();
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

test("the match is shown as the overlay shows it, and what comes is added", async () => {
  const { page, faults } = await followed(forAudience("match"));
  await expect.poll(() => page.textContent("main")).toContain("4 – 2");
  expect(await page.textContent("header")).toContain("9 / 3 / 5");
  const line = {
    ...first.lines.at(-1),
    event_id: "new",
    kind: "ace",
    attacker: "Ana",
    victim: null,
  };
  const lines = [line as LiveUpdate["lines"][number]];
  tell({ forget: false, lines, running: null, status: null });
  await expect.poll(() => page.textContent("li")).toContain("You got an ace");
  expect(await page.locator("li").count()).toBe(4);
  expect(await axeFinds(page)).toEqual([]);
  expect(await kept(page)).toBeUndefined();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("nothing is drawn while no match runs", async () => {
  const { page } = await followed(forAudience("quiet"));
  await expect.poll(() => readers.length).toBe(1);
  expect(await page.locator("header, li, svg").count()).toBe(0);
  const ground = await page.evaluate(() => getComputedStyle(document.documentElement).background);
  expect(ground, "the stream is seen through it").toContain("rgba(0, 0, 0, 0)");
  await page.context().close();
});

test("a stream that is cut off begins anew by itself, and without what was before", async () => {
  const { page } = await followed(forAudience("match"));
  await expect.poll(() => page.locator("li").count()).toBe(4);
  const named = await page.textContent("ol");
  const hidden = forAudience("match");
  first = { ...hidden, lines: hidden.lines.slice(0, -3) };
  cutOff();
  await expect.poll(() => readers.length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => page.textContent("ol")).not.toBe(named);
  await page.context().close();
});

test("when Ringside is gone the stream is not left with its last match", async () => {
  const { page } = await followed(forAudience("match"));
  await expect.poll(() => page.locator("li").count()).toBe(4);
  isGone = true;
  cutOff();
  await expect
    .poll(() => page.locator("header, li, svg").count(), { timeout: 15_000, interval: 250 })
    .toBe(0);
  isGone = false;
  await expect.poll(() => page.locator("li").count(), { timeout: 20_000 }).toBe(4);
  await page.context().close();
});

test("the page has the overlay's rows and the player's language", async () => {
  look = { ...LOOK, rows: 2, language: "de" };
  const { page } = await followed(forAudience("match"));
  await expect.poll(() => page.locator("li").count()).toBe(2);
  expect(await page.getAttribute("html", "lang")).toBe("de");
  expect(await page.title()).toBe("Ringside-Overlay");
  look = { ...LOOK, rows: 6 };
  for (const reader of readers) reader.write(told("look", look));
  await expect.poll(() => page.locator("li").count()).toBe(6);
  expect(await page.getAttribute("html", "lang")).toBe("en");
  await page.context().close();
});

test("on a device of its own the page says why it shows no match", async () => {
  look = { ...LOOK, surface: "device" };
  const { page } = await followed(forAudience("quiet"));
  const said = page.getByRole("status");
  await expect.poll(() => said.textContent()).toContain("No match is running");
  expect(await axeFinds(page)).toEqual([]);
  const ground = await page.evaluate(
    () => getComputedStyle(document.querySelector("main") ?? document.body).backgroundColor,
  );
  expect(ground, "it is read without a game behind it").toBe("rgb(13, 18, 24)");
  tell(forAudience("match"));
  await expect.poll(() => page.locator("li").count()).toBe(4);
  expect(await axeFinds(page)).toEqual([]);
  await page.context().close();
});

async function followed(beginning: LiveUpdate): Promise<{ page: Page; faults: string[] }> {
  first = beginning;
  const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(address);
  return { page, faults };
}

/** A match has no key for an audience. */
function forAudience(scene: string): LiveUpdate {
  const shown = sceneOf(scene);
  if (!shown) throw new Error(`no scene ${scene}`);
  const glance = shown.running?.glance ?? null;
  const source = shown.running?.source ?? null;
  return {
    ...shown,
    running: { source, glance: glance && { ...glance, match_key: "" }, chapters: 0 },
  };
}

function tell(update: LiveUpdate): void {
  for (const reader of readers) reader.write(`data: ${JSON.stringify(update)}\n\n`);
}

function cutOff(): void {
  for (const reader of readers) reader.destroy();
  readers = [];
}

function told(name: string, what: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(what)}\n\n`;
}

function serve(url: string, response: ServerResponse): void {
  if (isGone) {
    response.destroy();
    return;
  }
  if (url === "/secret/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`${told("look", look)}:\n\ndata: ${JSON.stringify(first)}\n\n`);
    readers.push(response);
    return;
  }
  const file = url === "/secret/" ? "/stream.html" : url;
  const type = TYPES[extname(file)];
  if (type === undefined || !(url === "/secret/" || url.startsWith("/assets/"))) {
    response.writeHead(url === "/favicon.ico" ? 204 : 404).end();
    return;
  }
  response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
  response.end(readFileSync(`dist-mock${file}`));
}
