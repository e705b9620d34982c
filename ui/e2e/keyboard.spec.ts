/** Everything can be done without a mouse, and one sees where one is. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { addressOf, PAGES } from "../src/lib/route.svelte";
import { launch, open, type Screen, THEMES, visit } from "./browser";

/** More stops than any page has: a walk that does not end is a trap. */
const STOPS_MAX = 200;
/** WCAG 2.2, 2.4.11: so thick, and it shows. */
const OUTLINE_MIN_PX = 2;

const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

const ADDRESSES = [
  ...PAGES.map((page) => `/main.html?scene=troubled${addressOf(page)}`),
  "/gallery.html",
];

test.each(ADDRESSES)("Tab reaches every control of %s, each with a frame", async (address) => {
  for (const screen of ["usual", "narrow"] as const) {
    const { page, close } = await open(browser, { screen });
    await visit(page, address);
    if (screen === "narrow" && address.startsWith("/main")) await page.click("button.menu");
    const expected = await controls(page);
    const reached = await walk(page);
    expect(reached.map(({ name }) => name).sort(), screen).toEqual(expected.sort());
    const bare = reached.filter(({ frame_px }) => frame_px < OUTLINE_MIN_PX);
    expect(bare, "focus can be seen").toEqual([]);
    await close();
  }
});

test.each(THEMES)("what has the focus is drawn otherwise in %s", async (theme) => {
  const { page, close } = await open(browser, { theme });
  await visit(page, "/main.html");
  const before = await page.screenshot();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const after = await page.screenshot();
  expect(after.equals(before), "something was drawn").toBe(false);
  await close();
});

test("a link of the bar leads to its page, and the keyboard goes on there", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html");
  await page.focus(`a[href="${addressOf("games")}"]`);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  expect(await page.textContent("h1")).toBe("Games");
  expect(await page.getAttribute(`a[href="${addressOf("games")}"]`, "aria-current")).toBe("page");
  expect(await page.title()).toBe("Games · Ringside");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("h1")?.textContent === "Live");
  await close();
});

test("the keys that scroll do so from the start", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html");
  await page.keyboard.press("PageDown");
  await page.waitForFunction(() => document.documentElement.scrollTop > 0);
  const bar = await page.locator("header").boundingBox();
  expect(bar?.y, "the bar stays where it is").toBe(0);
  await close();
});

test("the bar can be skipped", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await close();
});

test("in a narrow window the menu opens by keyboard, and Escape closes it", async () => {
  const { page, close } = await narrow("narrow");
  expect(await page.isVisible("nav")).toBe(false);
  await page.focus("button.menu");
  await page.keyboard.press("Enter");
  expect(await page.isVisible("nav")).toBe(true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  expect(await page.isVisible("nav")).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.className)).toContain("menu");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  expect(await page.isVisible("nav"), "what was chosen is to be seen").toBe(false);
  await close();
});

test("a dialog holds the keyboard, and gives it back where it was", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/gallery.html");
  await page.getByRole("button", { name: "Delete…" }).focus();
  await page.keyboard.press("Enter");
  expect(await page.isVisible("dialog")).toBe(true);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(
    () => document.activeElement === document.body || !!document.activeElement?.closest("dialog"),
  );
  expect(inside, "nothing behind the dialog").toBe(true);
  await page.keyboard.press("Escape");
  expect(await page.isVisible("dialog")).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Delete…");
  await close();
});

test("arrows walk the tabs, and Home and End lead to their ends", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/gallery.html");
  await page.getByRole("tab", { name: "Waiting" }).focus();
  const selected = () => page.textContent('[role="tab"][aria-selected="true"]');
  for (const [key, name] of [
    ["ArrowRight", "Sent"],
    ["End", "Refused"],
    ["ArrowRight", "Waiting"],
    ["ArrowLeft", "Refused"],
    ["Home", "Waiting"],
  ] as const) {
    await page.keyboard.press(key);
    expect(await selected(), key).toBe(name);
    expect(await page.evaluate(() => document.activeElement?.textContent), key).toBe(name);
  }
  await close();
});

test("a chip says whether it is on", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/gallery.html");
  const chip = page.getByRole("button", { name: /^Revives/ });
  expect(await chip.getAttribute("aria-pressed")).toBe("false");
  await chip.focus();
  await page.keyboard.press("Space");
  expect(await chip.getAttribute("aria-pressed")).toBe("true");
  await close();
});

async function narrow(screen: Screen) {
  const opened = await open(browser, { screen });
  await visit(opened.page, "/main.html");
  return opened;
}

interface Stop {
  readonly name: string;
  readonly frame_px: number;
}

/** Where Tab leads, from the page's beginning until it leaves the page. */
async function walk(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    document.body.tabIndex = -1;
    document.body.focus();
  });
  while (stops.length < STOPS_MAX) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(`(${describeFocus})()`);
    if (stop === null) return stops;
    const known = stops[0]?.name;
    if ((stop as Stop).name === known) return stops;
    stops.push(stop as Stop);
  }
  throw new Error("Tab does not come to an end");
}

/** The controls that can be seen and are not reached by arrows instead. */
function controls(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const name = ${NAME};
    // Tab stops at one of a group of radio buttons: the chosen one, else the first.
    const stop = (radio) => {
      const group = [...document.getElementsByName(radio.name)];
      return (group.find((one) => one.checked) ?? group[0]) === radio;
    };
    return [...document.querySelectorAll(${JSON.stringify(CONTROLS)})]
      .filter((element) => element.type !== "radio" || stop(element))
      .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility())
      .map(name);
  })()`);
}

/** What tells one control from the others. */
const NAME = `(element) => {
  const all = [...document.querySelectorAll(element.tagName)];
  return element.tagName + all.indexOf(element) + " " + (element.textContent ?? "").trim().slice(0, 40);
}`;

const describeFocus = `() => {
  const name = ${NAME};
  const focused = document.activeElement;
  if (!focused || focused === document.body || focused === document.documentElement) return null;
  const style = getComputedStyle(focused);
  const frame_px = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  return { name: name(focused), frame_px };
}`;
