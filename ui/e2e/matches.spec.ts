/** The history of matches: whatever it shows can be read, walked and done without a mouse. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { addressOf } from "../src/lib/route.svelte";
import {
  axeFinds,
  kept,
  LANGUAGES,
  launch,
  open,
  type Screen,
  type Theme,
  THEMES,
  visit,
  type Watched,
  widerThanItsPlace,
} from "./browser";

const LIST = `/main.html${addressOf("matches")}`;
const ROUNDS = `/main.html${addressOf("matches", "cs2:10001")}`;
const CLOCK = `/main.html${addressOf("matches", "league:10003")}`;
const NOT_FINAL = `/main.html${addressOf("matches", "league:rift-1821")}`;
const ABSENT = `/main.html${addressOf("matches", "cs2:nowhere")}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** Every theme where it is drawn widest and narrowest; the other screens once. */
const SHOWN: readonly [Theme, Screen][] = [
  ...THEMES.flatMap((theme): [Theme, Screen][] => [
    [theme, "usual"],
    [theme, "narrow"],
  ]),
  ["dark", "720p"],
  ["light", "4K"],
];

test.each(SHOWN)("a match is sound in %s on a %s screen", async (theme, screen) => {
  for (const language of LANGUAGES) {
    const watched = await open(browser, { theme, language, screen });
    for (const address of [ROUNDS, CLOCK]) {
      await visit(watched.page, address);
      await expectSound(watched, address);
    }
    await watched.close();
  }
});

test("a match that is not here says so", async () => {
  const watched = await open(browser);
  await visit(watched.page, ABSENT);
  await expect.poll(() => watched.page.isVisible("text=This match is not here")).toBe(true);
  await expectSound(watched, ABSENT);
  await watched.close();
});

test("a match that has just ended is told on the live page, until one is done with it", async () => {
  const watched = await open(browser);
  const { page } = watched;
  await visit(page, `/main.html?scene=quiet${addressOf("live")}`);
  const recap = page.getByRole("region", { name: "League of Legends · Summoner’s Rift" });
  await expect.poll(() => recap.isVisible()).toBe(true);
  await expectSound(watched, "recap");
  await recap.getByRole("button", { name: "Close" }).click();
  expect(await recap.count()).toBe(0);
  await visit(page, `/main.html${addressOf("live")}`);
  expect(await recap.count(), "while another runs").toBe(0);
  await watched.close();
});

test("the list is gone on with, and a search narrows it", async () => {
  const { page, close } = await open(browser);
  await visit(page, LIST);
  const rows = page.locator("main ol > li");
  await expect.poll(() => rows.count()).toBe(50);
  await page.getByRole("button", { name: "Show older ones" }).click();
  await expect.poll(() => rows.count()).toBe(100);
  await page.getByRole("searchbox").fill("league rift");
  await expect.poll(() => page.textContent(".search [role=status]")).toContain("found");
  const texts = await rows.allTextContents();
  expect(texts.every((text) => text.includes("Summoner’s Rift"))).toBe(true);
  await page.getByRole("searchbox").fill("no such match");
  await expect.poll(() => page.isVisible("text=No match fits")).toBe(true);
  await close();
});

test("a row leads to its match, and back the list is as it was", async () => {
  const { page, close } = await open(browser);
  await visit(page, LIST);
  await page.getByRole("searchbox").fill("nuke");
  await expect.poll(() => page.locator("main ol > li").first().textContent()).toContain("Nuke");
  await page.locator("main ol a").first().focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.textContent("h1")).toMatch(/^Nuke · \d+ – \d+$/);
  await page.goBack();
  await expect.poll(() => page.inputValue("input[type=search]")).toBe("nuke");
  await close();
});

test("the picture is one stop, and arrows walk every mark of it", async () => {
  const { page, close } = await open(browser);
  await visit(page, ROUNDS);
  const marks = page.locator("svg a");
  const all = await marks.count();
  expect(await page.locator('svg a[tabindex="0"]').count()).toBe(1);
  await page.focus('svg a[tabindex="0"]');
  const seen = new Set([await focused(page)]);
  for (const lane of [0, 1]) {
    for (let step = 0; step < all; step++) {
      await page.keyboard.press("ArrowRight");
      seen.add(await focused(page));
    }
    if (lane === 0) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Home");
    seen.add(await focused(page));
  }
  expect(seen.size).toBe(all);
  expect(await page.locator('svg a[tabindex="0"]').count(), "and it stays one").toBe(1);
  await close();
});

test("what is chosen in the picture is chosen in the table, and the other way round", async () => {
  const { page, close } = await open(browser);
  await visit(page, CLOCK);
  await page.focus('svg a[tabindex="0"]');
  await page.keyboard.press("End");
  const sentence = await focused(page);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches("td button"));
  const row = await page.evaluate(() => document.activeElement?.textContent.trim());
  expect(sentence).toContain(row);
  expect(page.url(), "one stays where one is").toContain("league%3A10003");
  await page.keyboard.press("Home");
  const first = await page.evaluate(() => document.activeElement?.textContent.trim());
  const chosen = await page.getAttribute('svg a[aria-current="true"]', "aria-label");
  expect(chosen).toContain(first);
  await close();
});

test("a kind that is switched off is gone from picture and table", async () => {
  const { page, close } = await open(browser);
  await visit(page, CLOCK);
  const before = await page.locator("tbody tr").count();
  const chip = page.getByRole("button", { name: /^Kills of others/ });
  const hidden = Number((await chip.textContent())?.replace(/\D/g, ""));
  await chip.click();
  await expect.poll(() => page.locator("tbody tr").count()).toBe(before - hidden);
  expect(await page.locator("svg text.lane").allTextContents()).not.toContain("Others");
  await close();
});

test("the server is asked by a click, and says who saw what", async () => {
  const watched = await open(browser);
  const { page } = watched;
  await visit(page, ROUNDS);
  expect(await page.isVisible("text=not asked yet")).toBe(true);
  await page.getByRole("button", { name: "Ask the server" }).click();
  await expect.poll(() => page.getByRole("img", { name: /^seen by/ }).count()).toBeGreaterThan(20);
  for (const word of ["certain", "likely", "only you", "doubted"]) {
    expect(await page.locator("td", { hasText: word }).count(), word).toBeGreaterThan(0);
  }
  await expectSound(watched, ROUNDS);
  await visit(page, NOT_FINAL);
  await page.getByRole("button", { name: "Ask the server" }).click();
  await expect.poll(() => page.isVisible("text=when the match is final")).toBe(true);
  await watched.close();
});

test("chapters begin where the player says, and are copied", async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await visit(page, CLOCK);
  await page.getByRole("button", { name: "Copy as chapters" }).click();
  await page.selectOption("dialog select", { index: 5 });
  await expect.poll(() => page.inputValue("textarea")).toMatch(/^00:00 /);
  await expectSound(watched, "chapters");
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(() => page.isVisible("text=Copied.")).toBe(true);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    await page.inputValue("textarea"),
  );
  await watched.close();
});

test("where the clipboard is refused the text is selected, and the page says the keys", async () => {
  const { page, close } = await open(browser);
  await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await visit(page, CLOCK);
  await page.getByRole("button", { name: "Copy as chapters" }).click();
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(() => page.isVisible("text=press Ctrl+C")).toBe(true);
  const selected = await page.evaluate(() => {
    const field = document.querySelector("textarea");
    return field && document.activeElement === field && field.selectionEnd === field.value.length;
  });
  expect(selected).toBe(true);
  await close();
});

test("erasing says what goes, Escape erases nothing, and the button does", async () => {
  const watched = await open(browser);
  const { page } = watched;
  await visit(page, CLOCK);
  await page.getByRole("button", { name: "Erase" }).click();
  await expectSound(watched, "erase");
  expect(await page.textContent("dialog")).toContain("What other players sent");
  await page.keyboard.press("Escape");
  expect(await page.locator("tbody tr").count()).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Erase" }).click();
  await page.getByRole("radio", { name: "On this PC and on the server" }).check();
  await page.getByRole("button", { name: "Erase for good" }).click();
  await expect.poll(() => page.isVisible("text=The match is erased")).toBe(true);
  expect(await page.textContent(".outcome")).toContain("The server has nothing of it");
  await watched.close();
});

test("a match's every control is reached by Tab, with a frame", async () => {
  const { page, close } = await open(browser);
  await visit(page, CLOCK);
  const stops = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const thick = parseFloat(getComputedStyle(at).outlineWidth) >= 2;
      return `${thick ? "" : "bare "}${at.tagName} ${at.getAttribute("aria-label") ?? at.textContent.trim()}`;
    });
    if (stop === null) break;
    stops.add(stop);
  }
  const all = [...stops].join("\n");
  for (const name of ["Copy as chapters", "Save as a table", "Erase", "Your kills", "Ask the"]) {
    expect(all).toContain(name);
  }
  expect(all).toMatch(/^a /m);
  expect(all).not.toContain("bare ");
  await close();
});

/** The name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    return `${at?.getAttribute("data-at") ?? ""} ${at?.getAttribute("aria-label") ?? ""}`;
  });
}

async function expectSound({ page, faults }: Watched, address: string): Promise<void> {
  expect(await axeFinds(page), address).toEqual([]);
  expect(await widerThanItsPlace(page), address).toEqual([]);
  expect(await kept(page), address).toBeUndefined();
  expect(faults, address).toEqual([]);
}
