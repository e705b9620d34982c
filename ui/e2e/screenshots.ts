/** Writes docs/screenshots: `npm run screenshots`. Look at each before it is committed. */
import { mkdirSync } from "node:fs";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";

import { addressOf } from "../src/lib/route.svelte";
import { launch, open, type Shown, visit } from "./browser";
import { FIRST_RUN_PICTURES } from "./first_run_pictures";
import { PARTS } from "./guide_pictures";

const FOLDER = "../docs/screenshots";

/** The evening of the mock's matches, so that a picture is the same on every day. */
const TAKEN = "2026-11-22T19:30:00Z";

/** The overlay's window, at the size that it has at first. */
const OVERLAY = { width: 330, height: 214 };

const LIVE = `/main.html${addressOf("live")}`;
const MATCHES = `/main.html${addressOf("matches")}`;
const ROUNDS = `/main.html${addressOf("matches", "cs2:10001")}`;
const CLOCK = `/main.html${addressOf("matches", "league:10003")}`;
const ENDED = `/main.html?scene=quiet${addressOf("live")}`;
const PICTURES: readonly [name: string, address: string, shown: Shown][] = [
  ["live-dark.en", LIVE, {}],
  ["live-dark.de", LIVE, { language: "de" }],
  ["live-light.de", LIVE, { language: "de", theme: "light" }],
  ["live-contrast.de", LIVE, { language: "de", theme: "contrast" }],
  ["live-narrow.de", LIVE, { language: "de", screen: "narrow" }],
  ["live-ended-dark.en", ENDED, {}],
  ["matches-dark.en", MATCHES, {}],
  ["matches-light.de", MATCHES, { language: "de", theme: "light" }],
  ["matches-narrow.de", MATCHES, { language: "de", screen: "narrow" }],
  ["match-rounds-dark.en", ROUNDS, {}],
  ["match-rounds-contrast.de", ROUNDS, { language: "de", theme: "contrast" }],
  ["match-rounds-narrow.de", ROUNDS, { language: "de", screen: "narrow" }],
  ["match-clock-dark.de", CLOCK, { language: "de" }],
  ["match-clock-light.en", CLOCK, { theme: "light" }],
  ["overlay.en", "/overlay.html", {}],
  ["overlay-moved.en", "/overlay.html?edit", {}],
  ...(["queue", "games", "recordings", "settings", "help"] as const).flatMap(
    (page): [name: string, address: string, shown: Shown][] => {
      // A queue is looked at when something waits in it.
      const scene = page === "queue" ? "?scene=waiting" : "";
      const address = `/main.html${scene}${addressOf(page)}`;
      return [
        [`${page}-dark.en`, address, {}],
        [`${page}-light.de`, address, { language: "de", theme: "light" }],
        [`${page}-contrast.en`, address, { theme: "contrast" }],
      ];
    },
  ),
];

let browser: Browser;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await launch();
});

afterAll(() => browser.close());

test.each(PICTURES)("%s", async (name, address, shown) => {
  const { page, close } = await open(browser, shown);
  await page.clock.setFixedTime(TAKEN);
  if (address.startsWith("/overlay")) await page.setViewportSize(OVERLAY);
  await visit(page, address);
  const path = `${FOLDER}/${name}.png`;
  // Below the panel its window is seen through.
  if (address.startsWith("/overlay")) await page.locator("main").screenshot({ path });
  else await page.screenshot({ path });
  await close();
});

test.each(FIRST_RUN_PICTURES)("%s", async (name, address, shown, act) => {
  const { page, close } = await open(browser, shown);
  await visit(page, address);
  await act(page);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
  await close();
});

test.each(PARTS)("%s", async (name, address, title) => {
  const { page, close } = await open(browser);
  await page.clock.setFixedTime(TAKEN);
  await visit(page, address);
  const part = page.getByRole("region", { name: title, exact: true });
  await part.screenshot({ path: `${FOLDER}/${name}.png` });
  await close();
});
