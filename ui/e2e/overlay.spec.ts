/** The overlay as its window has it: narrow, and worked by keys as by the mouse. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { axeFinds, kept, LANGUAGES, launch, open, widerThanItsPlace } from "./browser";

/** Its window's width at the usual size. */
const WINDOW = { width: 330, height: 260 };

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test.each(LANGUAGES)("in %s it is sound, played beside or moved", async (language) => {
  for (const address of ["/overlay.html", "/overlay.html?edit", "/overlay.html?opaque"]) {
    const { page, faults, close } = await overlay(address, language);
    expect(await axeFinds(page), address).toEqual([]);
    expect(await widerThanItsPlace(page), address).toEqual([]);
    expect(await kept(page), address).toBeUndefined();
    expect(faults, address).toEqual([]);
    await close();
  }
});

test("it is worked by keys alone", async () => {
  const { page, close } = await overlay("/overlay.html?edit", "en");
  await page.keyboard.press("+");
  await said(page, "size 110%");
  await page.keyboard.press("PageDown");
  await said(page, "background 69%");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await said(page, "size 100%");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelector("button") === null);
  await close();
});

test("a fainter ground gives its letters an outline", async () => {
  const { page, close } = await overlay("/overlay.html?edit", "en");
  const drawn = () =>
    page.locator("main").evaluate((main) => {
      const { textShadow, backgroundColor } = getComputedStyle(main);
      return { outlined: textShadow !== "none", ground: backgroundColor };
    });
  expect(await drawn()).toEqual({ outlined: false, ground: "rgba(13, 18, 24, 0.74)" });
  await page.keyboard.press("PageDown");
  await said(page, "background 69%");
  expect(await drawn()).toEqual({ outlined: true, ground: "rgba(13, 18, 24, 0.69)" });
  await close();
});

test("without a compositor it has one ground to its corners, and the settings say why", async () => {
  const { page, close } = await overlay("/overlay.html?opaque", "en");
  await page.waitForFunction(() => document.documentElement.dataset["ground"] === "opaque");
  const grounds = await page.evaluate(() =>
    [document.documentElement, document.querySelector("main")].map(
      (part) => part && getComputedStyle(part).backgroundColor,
    ),
  );
  expect(grounds).toEqual(["rgb(13, 18, 24)", "rgb(13, 18, 24)"]);
  await page.setViewportSize({ width: 960, height: 800 });
  await page.goto(inject("origin") + "/main.html?scene=live&opaque#/settings");
  await page.getByText("The game cannot be seen through the overlay").waitFor();
  expect(await axeFinds(page)).toEqual([]);
  await page.getByLabel("In OBS only").check();
  await page.getByText("The game cannot be seen through").waitFor({ state: "detached" });
  await close();
});

async function overlay(address: string, language: (typeof LANGUAGES)[number]) {
  const watched = await open(browser, { language });
  await watched.page.setViewportSize(WINDOW);
  await watched.page.goto(inject("origin") + address);
  await watched.page.waitForSelector("main footer");
  await watched.page.evaluate(() => document.fonts.ready);
  return watched;
}

async function said(page: Page, words: string): Promise<void> {
  await page.waitForFunction((one) => document.body.textContent.includes(one), words);
}
