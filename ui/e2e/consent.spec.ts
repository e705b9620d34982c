/** What leaves for good is asked about first, and what is not to leave can be kept. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { addressOf } from "../src/lib/route.svelte";
import { axeFinds, launch, open, visit } from "./browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("an arrow key on the names asks, and only a yes sends them", async () => {
  const { page, faults, close } = await open(browser);
  await visit(page, `/main.html${addressOf("privacy")}`);
  const radio = (name: string) => page.getByRole("radio", { name });
  await expect.poll(() => radio("As pseudonyms").isChecked()).toBe(true);
  const ask = page.getByRole("dialog", { name: "Send the names of others?" });
  await radio("As pseudonyms").focus();
  await page.keyboard.press("ArrowDown");
  await ask.waitFor();
  expect(await axeFinds(page)).toEqual([]);
  await page.keyboard.press("Escape");
  expect(await ask.isVisible()).toBe(false);
  expect(await radio("As pseudonyms").isChecked(), "nothing was changed").toBe(true);
  await radio("As pseudonyms").focus();
  await page.keyboard.press("ArrowDown");
  await ask.getByRole("button", { name: "Send the names" }).click();
  await expect.poll(() => radio("As the game writes them").isChecked()).toBe(true);
  // Back to pseudonyms at once: that takes nothing from anybody.
  await radio("As pseudonyms").click();
  await expect.poll(() => radio("As pseudonyms").isChecked()).toBe(true);
  expect(await ask.isVisible()).toBe(false);
  expect(faults).toEqual([]);
  await close();
});

test("who joins with events waiting is asked whether those leave too", async () => {
  const { page, faults, close } = await open(browser, { screen: "narrow" });
  await visit(page, `/main.html?scene=local${addressOf("privacy")}`);
  await page.getByText("Join a server").click();
  const choice = page.getByRole("radio", { name: "Send only from now on" });
  expect(await choice.count(), "nobody is asked before there is a server").toBe(0);
  await page.getByRole("textbox").first().fill("ringside://join/ringside.example/rse_0");
  await choice.waitFor();
  expect(await page.getByRole("radio", { name: "Send it too" }).isChecked()).toBe(true);
  await choice.check();
  expect(await page.getByText("28 events were captured before and wait.").isVisible()).toBe(true);
  expect(await axeFinds(page)).toEqual([]);
  expect(faults).toEqual([]);
  await close();
});

test("all that waits is deleted after one question", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html?scene=waiting${addressOf("queue")}`);
  await page.getByRole("button", { name: "Delete all waiting" }).click();
  const ask = page.getByRole("dialog", { name: "Delete everything that waits?" });
  expect(await ask.textContent()).toContain("3 events that wait are never sent");
  expect(await axeFinds(page)).toEqual([]);
  await ask.getByRole("button", { name: "Delete for good" }).click();
  await expect
    .poll(() => page.getByText("3 events are deleted and are never sent.").isVisible())
    .toBe(true);
  expect(await page.getByRole("button", { name: "Delete all waiting" }).count()).toBe(0);
  await close();
});
