/** Debian's Chromium, and pages in it that keep what went wrong. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { inject } from "vitest";

export const THEMES = ["dark", "light", "contrast"] as const;
export const LANGUAGES = ["en", "de"] as const;
export type Theme = (typeof THEMES)[number];
export type Language = (typeof LANGUAGES)[number];

/** Screens that players have; 4K is drawn at twice the pixels. */
export const SCREENS = {
  usual: { width: 1280, height: 800, dots: 1 },
  narrow: { width: 400, height: 800, dots: 1 },
  "720p": { width: 1280, height: 720, dots: 1 },
  "4K": { width: 1920, height: 1080, dots: 2 },
} as const;
export type Screen = keyof typeof SCREENS;

export interface Shown {
  readonly theme?: Theme;
  readonly language?: Language;
  readonly screen?: Screen;
}

/** Starts the browser; the caller closes it. */
export function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  // Chromium's sandbox refuses root, whom containers run as.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** A page and everything that went wrong in it. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
  close(): Promise<void>;
}

/** An empty page as this player has set their system. */
export async function open(browser: Browser, shown: Shown = {}): Promise<Watched> {
  const { theme = "dark", language = "en", screen = "usual" } = shown;
  const { width, height, dots } = SCREENS[screen];
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: dots,
    locale: language === "de" ? "de-DE" : "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: theme === "light" ? "light" : "dark",
    contrast: theme === "contrast" ? "more" : "no-preference",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(inject("origin"))) faults.push(`asks for ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

/** Goes there and waits until it is drawn with its own type. */
export async function visit(page: Page, address: string): Promise<void> {
  // The same file with another hash would not be loaded again.
  await page.goto("about:blank");
  await page.goto(inject("origin") + address);
  await page.waitForSelector("h1");
  await page.evaluate(() => document.fonts.ready);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as rule and place. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
}

/** Elements that are wider than the place they scroll in. */
export function widerThanItsPlace(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main, header")]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.tagName} ${String(element.scrollWidth)}`),
  );
}

/** What the page itself kept (lib/faults.ts). */
export function kept(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.documentElement.dataset["faults"]);
}
