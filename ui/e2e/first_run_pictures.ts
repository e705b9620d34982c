/** Pictures of the first start for the guide, each with how a player comes there. */
import type { Page } from "playwright-core";

import { addressOf } from "../src/lib/route.svelte";
import type { Shown } from "./browser";

const LINK = "ringside://join/ringside.example/rse_0123456789abcdef#operator=Caf%C3%A9%20League";

type Picture = readonly [
  name: string,
  address: string,
  shown: Shown,
  act: (page: Page) => Promise<void>,
];

const FIRST = "/main.html?scene=first-run";
const PRIVACY = `/main.html${addressOf("privacy")}`;
const GERMAN_LIGHT: Shown = { language: "de", theme: "light" };
const NARROW: Shown = { language: "de", screen: "narrow" };

export const FIRST_RUN_PICTURES: readonly Picture[] = [
  ["first-run-games.en", FIRST, {}, stay],
  ["first-run-setup.en", FIRST, {}, setUp],
  ["first-run-server.en", FIRST, {}, pasted],
  ["first-run-server-light.de", FIRST, GERMAN_LIGHT, pasted],
  ["first-run-server-narrow.de", FIRST, NARROW, pasted],
  ["first-run-refused.en", "/main.html?scene=key-refused", {}, agreed],
  ["first-run-consent.en", FIRST, {}, consent],
  ["first-run-consent-contrast.de", FIRST, { language: "de", theme: "contrast" }, consent],
  ["first-run-overlay.en", FIRST, {}, agreed],
  ["privacy-dark.en", PRIVACY, {}, stay],
  ["privacy-light.de", PRIVACY, GERMAN_LIGHT, stay],
  ["privacy-narrow.de", PRIVACY, NARROW, stay],
  ["privacy-erase.en", PRIVACY, {}, erase],
];

function stay(): Promise<void> {
  return Promise.resolve();
}

async function setUp(page: Page) {
  await page.locator(".found button").first().click();
  await page.waitForSelector("dialog[open] ins");
}

async function next(page: Page) {
  await page.locator(".footer .on button").last().click();
}

async function pasted(page: Page) {
  await next(page);
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill(LINK);
  await page.waitForSelector(".host");
}

async function consent(page: Page) {
  await pasted(page);
  await next(page);
}

async function agreed(page: Page) {
  await consent(page);
  await next(page);
  await page.locator('[role="alert"], .outcome').waitFor();
}

async function erase(page: Page) {
  await page.getByRole("button", { name: "Erase…" }).click();
}
