/** The questions of the first start, and the page about privacy, as a player goes through them. */
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

const LINK = "ringside://join/ringside.example/rsk_0123456789abcdef#operator=Caf%C3%A9%20League";
const ODD_LINK = `ringside://join/xn--rngside-pza.example/rsk_1#ca=${"0".repeat(64)}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

const LOOKS: readonly [Theme, Screen][] = [
  ...THEMES.map((theme): [Theme, Screen] => [theme, "usual"]),
  ["dark", "narrow"],
];

for (const language of LANGUAGES) {
  test.each(LOOKS)(`every screen is sound: ${language}, %s, %s`, async (theme, screen) => {
    const watched = await open(browser, { theme, screen, language });
    const { page } = watched;
    await visit(page, "/main.html?scene=first-run");
    await expectSound(watched, "games");
    await next(page);
    await paste(page, ODD_LINK);
    await expectSound(watched, "server");
    await next(page);
    await expectSound(watched, "consent");
    await page.locator(".footer .on button").last().click();
    await expectSound(watched, "overlay");
    await watched.close();
  });
}

test("each screen's heading takes the focus and says how far one is", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  for (const step of ["1 of 4", "2 of 4", "3 of 4"]) {
    await page.waitForFunction(
      (words) => document.activeElement?.textContent.includes(words),
      `Step ${step}`,
    );
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    if (step === "2 of 4") await paste(page, LINK);
    if (step !== "3 of 4") await next(page);
  }
  await close();
});

test("a player gets from the first screen to the pages with the keyboard alone", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  await tabTo(page, "Continue");
  await page.keyboard.press("Enter");
  await page.waitForSelector("input[type=radio]");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await page.keyboard.insertText(LINK);
  await page.waitForSelector(".host");
  await tabTo(page, "Continue");
  await page.keyboard.press("Enter");
  await tabTo(page, "Send my events");
  await page.keyboard.press("Enter");
  await page.getByText("Your events go to ringside.example").waitFor();
  await tabTo(page, "Done");
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav");
  expect(await page.textContent("h1")).toBe("Live");
  await close();
});

test.each([
  ["key-refused", "does not take this invitation"],
  ["not-there", "does not answer"],
  ["not-trusted", "could not show that it is the one"],
])("%s is said beside the invitation, which stays", async (scene, words) => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html?scene=${scene}`);
  await next(page);
  await paste(page, LINK);
  await next(page);
  await page.getByRole("button", { name: "Send my events" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toContain(words);
  expect(await page.inputValue("textarea")).toBe(LINK);
  expect(await page.textContent("h1")).toContain("Where your events go");
  await close();
});

test("who sets it up later finds the pages, and the way back to where they were", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  await next(page);
  await page.getByRole("button", { name: "Set up later" }).click();
  await page.waitForSelector("nav");
  await page.getByRole("button", { name: "Go on with the setup" }).click();
  await page.getByRole("heading", { level: 1, name: /Where your events go/ }).waitFor();
  await close();
});

test("who keeps everything here is asked to agree to nothing", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  await next(page);
  await page.locator("input[type=radio]").first().check();
  await next(page);
  await page.getByText("Everything stays on this PC.").waitFor();
  expect(await page.getByText("Do you agree?").count()).toBe(0);
  await close();
});

test("a text that misleads is refused with words, and leads nowhere", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  await next(page);
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill("ringside://join/ringside.example@evil.example/k");
  await page.getByText("could mislead about where it leads").waitFor();
  expect(await page.locator(".host").count()).toBe(0);
  await next(page);
  expect(await page.textContent("h1")).toContain("Where your events go");
  await close();
});

test("nothing is erased before the word is typed and the reach is chosen", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html${addressOf("privacy")}`);
  await page.getByRole("button", { name: "Erase…" }).click();
  const erase = page.getByRole("button", { name: "Erase for good" });
  expect(await erase.isDisabled()).toBe(true);
  await page.getByLabel(/Type ERASE/).fill("erase");
  expect(await erase.isDisabled(), "where is not chosen").toBe(true);
  await page.getByRole("radio", { name: "On this PC", exact: true }).check();
  expect(await axeFinds(page)).toEqual([]);
  await erase.click();
  await page.getByText("What was sent is still on the servers.").waitFor();
  await close();
});

test("a player joins a server from the page about privacy, too", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html?scene=local${addressOf("privacy")}`);
  await page.getByText("Join a server").click();
  await page.locator("textarea").fill(LINK);
  await page.getByRole("button", { name: "Send my events to ringside.example" }).click();
  await page.getByText("You joined ringside.example.").waitFor();
  expect(await page.inputValue("textarea"), "the key does not stay on the screen").toBe("");
  await close();
});

test("an invitation that was clicked is shown where the player looks, and nothing is sent", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=clicked");
  await page.waitForSelector(".host");
  expect(await page.textContent("h1")).toBe("Privacy");
  expect(await page.textContent(".host")).toBe("ringside.example");
  expect(await page.getByText("You joined").count()).toBe(0);
  await close();
});

test("on a screen the overlay shows itself, with how to move it", async () => {
  const { page, close } = await open(browser);
  await visit(page, "/main.html?scene=first-run");
  await next(page);
  await page.locator("input[type=radio]").first().check();
  await next(page);
  await page.getByRole("radio", { name: "On another monitor" }).check();
  await page.getByText("The overlay is on the screen now").waitFor();
  await page.getByRole("radio", { name: "Nowhere" }).check();
  await page.getByText("The overlay is on the screen now").waitFor({ state: "detached" });
  await close();
});

test("what was sent is one link away", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html${addressOf("privacy")}`);
  await page.getByRole("link", { name: "Look at what was sent" }).click();
  const tab = page.getByRole("tab", { name: "Sent" });
  await tab.waitFor();
  expect(await tab.getAttribute("aria-selected")).toBe("true");
  await page.getByRole("tab", { name: "Waiting" }).click();
  expect(await tab.getAttribute("aria-selected"), "the tabs go on as ever").toBe("false");
  await close();
});

async function next(page: Page) {
  await page.getByRole("button", { name: /^(Continue|Weiter)$/ }).click();
}

async function paste(page: Page, link: string) {
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill(link);
  await page.waitForSelector(".host");
}

/** More stops than any of these screens has. */
const STOPS_MAX = 40;

async function tabTo(page: Page, name: string) {
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => document.activeElement?.textContent.trim());
    if (here === name) return;
  }
  throw new Error(`Tab does not come to ${name}`);
}

async function expectSound({ page, faults }: Watched, where: string) {
  expect(await axeFinds(page), where).toEqual([]);
  expect(await widerThanItsPlace(page), where).toEqual([]);
  expect(await kept(page), where).toBeUndefined();
  expect(faults, where).toEqual([]);
}
