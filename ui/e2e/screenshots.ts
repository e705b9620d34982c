/** Writes docs/screenshots: `npm run screenshots`. Look at each before it is committed. */
import { mkdirSync } from "node:fs";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";

import { addressOf } from "../src/lib/route.svelte";
import { launch, open, type Shown, visit } from "./browser";

const FOLDER = "../docs/screenshots";

const LIVE = `/main.html${addressOf("live")}`;
const PICTURES: readonly [name: string, address: string, shown: Shown][] = [
  ["live-dark.en", LIVE, {}],
  ["live-dark.de", LIVE, { language: "de" }],
  ["live-light.de", LIVE, { language: "de", theme: "light" }],
  ["live-contrast.de", LIVE, { language: "de", theme: "contrast" }],
  ["live-narrow.de", LIVE, { language: "de", screen: "narrow" }],
];

let browser: Browser;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await launch();
});

afterAll(() => browser.close());

test.each(PICTURES)("%s", async (name, address, shown) => {
  const { page, close } = await open(browser, shown);
  await visit(page, address);
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
  await close();
});
