/** A game is set up by keyboard alone; a recording is played in the place of what goes on. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { addressOf } from "../src/lib/route.svelte";
import { axeFinds, launch, open, visit } from "./browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("a game is set up after its file was shown, and undone", async () => {
  const { page, close, faults } = await open(browser);
  await visit(page, `/main.html${addressOf("games")}`);
  await page.getByRole("button", { name: "Set up again…" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Set up Counter-Strike 2" });
  expect(await dialog.locator("ins").first().textContent()).toContain("http://127.0.0.1:28730/");
  expect(await axeFinds(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Write the file" }).press("Enter");
  await page.getByText("Set up. The game reports from its next start on.").waitFor();
  await page.getByRole("button", { name: "Undo the setup…" }).press("Enter");
  const undo = page.getByRole("dialog", { name: "Undo the setup of Counter-Strike 2" });
  expect(await undo.locator("del").first().textContent()).toContain("http://127.0.0.1:28730/");
  expect(await axeFinds(page)).toEqual([]);
  await undo.getByRole("button", { name: "Undo it" }).press("Enter");
  await page.getByText("The file stands there as before, byte for byte.").waitFor();
  expect(faults).toEqual([]);
  await close();
});

test("a folder that is none of the game's is said with what to do", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html?scene=empty${addressOf("games")}`);
  await page.getByLabel("Folder of Counter-Strike 2").fill("C:/Users/Ana/Pictures");
  await page.getByRole("button", { name: "Look there…" }).press("Enter");
  const problem = await page.getByRole("alert").textContent();
  expect(problem).toMatch(/This game is not in that folder.*Browse local files/s);
  await close();
});

test("a recording is shown as one, and left again for what goes on", async () => {
  const { page, close, faults } = await open(browser);
  await visit(page, `/main.html${addressOf("recordings")}`);
  await page.getByRole("button", { name: /^Open cs2-20261122/ }).press("Enter");
  expect(await axeFinds(page)).toEqual([]);
  await page.getByRole("button", { name: "As it went" }).press("Enter");
  const title = page.getByRole("heading", { level: 1 });
  await page.getByText("The recording is over").waitFor();
  expect(await title.textContent()).toBe("A recording, played again");
  expect(await axeFinds(page)).toEqual([]);
  await page.getByRole("button", { name: "Back to the live page" }).press("Enter");
  await page.getByText("The recording is over").waitFor({ state: "detached" });
  expect(await title.textContent()).toBe("Live");
  expect(faults).toEqual([]);
  await close();
});

test("a file that cannot be played says so on the page where it was chosen", async () => {
  const { page, close } = await open(browser);
  await visit(page, `/main.html${addressOf("recordings")}`);
  await page.getByRole("button", { name: /^Open holiday/ }).press("Enter");
  expect(await page.getByRole("dialog").textContent()).toContain("binary data, not text");
  expect(await page.getByRole("button", { name: "As it went" }).count()).toBe(0);
  await close();
});
