import { expect, test } from "vitest";

import { Settings } from "./settings.svelte";
import { settingsOf } from "../mock/settings";

const PROBLEM = { code: "settings", detail: "line 2" } as const;

test("an action gets the keys that were pressed", async () => {
  const settings = await looked();
  await settings.bind("pause_upload", "Ctrl+F7");
  expect(keys(settings)).toMatchObject({ pause_upload: "Ctrl+F7" });
  expect(settings.notBound).toBeNull();
});

test("keys of another action stay there, and it is said whose they are", async () => {
  const settings = await looked();
  const before = keys(settings);
  await settings.bind("pause_upload", "Ctrl+Shift+F9");
  expect(keys(settings)).toEqual(before);
  expect(settings.notBound).toEqual({
    action: "pause_upload",
    why: { is: "used_for", action: "toggle_overlay" },
  });
  await settings.bind("pause_upload", null);
  expect(settings.notBound, "until the next wish").toBeNull();
});

test("a press that is waited for arrives, or does not", async () => {
  const answers: ((arrived: boolean) => void)[] = [];
  const hotkeyTest = () =>
    new Promise<{ status: "ok"; data: boolean }>((answer) => {
      answers.push((data) => {
        answer({ status: "ok", data });
      });
    });
  const settings = new Settings({ ...settingsOf(null), hotkeyTest });
  const [first, second] = [settings.try("mark_chapter"), settings.try("edit_overlay")];
  expect(settings.tried).toEqual({ action: "edit_overlay", is: "waiting" });
  answers[0]?.(false);
  await first;
  expect(settings.tried, "an earlier trial says nothing any more").toEqual({
    action: "edit_overlay",
    is: "waiting",
  });
  answers[1]?.(true);
  await second;
  expect(settings.tried).toEqual({ action: "edit_overlay", is: "arrived" });
});

test("a switch shows what is so, and not what was asked for", async () => {
  const startAtLogin = () => Promise.resolve({ status: "error", error: PROBLEM } as const);
  const settings = new Settings({ ...settingsOf(null), startAtLogin });
  await settings.look();
  await settings.startAtLogin(true);
  expect(settings.start?.at_login).toBe(false);
  expect(settings.problem, "and why").toEqual(PROBLEM);
});

async function looked(): Promise<Settings> {
  const settings = new Settings(settingsOf(null));
  await settings.look();
  return settings;
}

function keys(settings: Settings) {
  return Object.fromEntries(settings.hotkeys?.hotkeys.map((one) => [one.action, one.keys]) ?? []);
}
