/** Every page as any player may have it: nothing is wrong, nothing is cut off. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { addressOf, PAGES } from "../src/lib/route.svelte";
import { SCENE_NAMES } from "../src/mock/scenes";
import {
  axeFinds,
  kept,
  LANGUAGES,
  launch,
  open,
  type Screen,
  SCREENS,
  THEMES,
  visit,
  type Watched,
  widerThanItsPlace,
} from "./browser";

const ADDRESSES = [...PAGES.map((page) => `/main.html${addressOf(page)}`), "/gallery.html"];
const EVERY_SCREEN = Object.keys(SCREENS) as Screen[];

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

for (const theme of THEMES) {
  for (const language of LANGUAGES) {
    describe(`in ${theme}, ${language}`, () => {
      test.each(EVERY_SCREEN)("every page is sound on a %s screen", async (screen) => {
        const watched = await open(browser, { theme, language, screen });
        for (const address of ADDRESSES) {
          await visit(watched.page, address);
          await expectSound(watched, address);
        }
        await watched.close();
      });
    });
  }
}

test.each(SCENE_NAMES)("whatever happens, the pages are sound: %s", async (scene) => {
  for (const screen of ["usual", "narrow"] as const) {
    const watched = await open(browser, { screen, language: "de" });
    for (const page of PAGES) {
      const address = `/main.html?scene=${scene}${addressOf(page)}`;
      await visit(watched.page, address);
      await expectSound(watched, address);
    }
    await watched.close();
  }
});

test.each(LANGUAGES)("the page says that it is in %s", async (language) => {
  const { page, close } = await open(browser, { language });
  await visit(page, "/main.html");
  expect(await page.getAttribute("html", "lang")).toBe(language);
  const nav = await page.textContent("nav");
  expect(nav).toContain(language === "de" ? "Spiele" : "Games");
  await close();
});

test.each(THEMES)("a system that wants %s gets it", async (theme) => {
  const { page, close } = await open(browser, { theme });
  await visit(page, "/main.html");
  expect(await page.getAttribute("html", "data-theme")).toBe(theme);
  await close();
});

test("the type is Inter, and it comes with the app", async () => {
  const { page, faults, close } = await open(browser);
  await visit(page, "/main.html");
  const loaded = await page.evaluate(() =>
    [...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family),
  );
  expect(new Set(loaded.map((family) => family.replaceAll('"', "")))).toEqual(new Set(["Inter"]));
  expect(faults).toEqual([]);
  await close();
});

test("at twice the size a usual screen has a narrow one's layout, and nothing is cut off", async () => {
  const watched = await open(browser);
  for (const address of ADDRESSES) {
    await visit(watched.page, address);
    await watched.page.evaluate(() => {
      document.documentElement.style.setProperty("--ui-scale", "2");
    });
    await expectSound(watched, address);
  }
  await visit(watched.page, "/main.html");
  expect(await watched.page.isVisible("button.menu")).toBe(false);
  await watched.page.evaluate(() => {
    document.documentElement.style.setProperty("--ui-scale", "2");
  });
  expect(await watched.page.isVisible("button.menu")).toBe(true);
  await watched.close();
});

test("frozen prototypes, as the app has them, break nothing", async () => {
  const watched = await open(browser);
  await watched.page.addInitScript("Object.freeze(Object.prototype)");
  for (const address of ADDRESSES) {
    await visit(watched.page, address);
    expect(await kept(watched.page), address).toBeUndefined();
  }
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("nothing moves while nothing happens", async () => {
  const { page, close } = await open(browser);
  for (const address of ADDRESSES) {
    await visit(page, address);
    expect(await page.evaluate(() => document.getAnimations().length), address).toBe(0);
  }
  await close();
});

async function expectSound(watched: Watched, address: string): Promise<void> {
  const { page, faults } = watched;
  expect(await axeFinds(page), address).toEqual([]);
  expect(await widerThanItsPlace(page), address).toEqual([]);
  expect(await kept(page), address).toBeUndefined();
  expect(faults, address).toEqual([]);
}
