import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";

import { ipc } from "../../mock/ipc";
import { settingsOf } from "../../mock/settings";
import { keysOf } from "./keys";
import SettingsPage from "./SettingsPage.svelte";

test("keys are changed by pressing them, and the page says them", async () => {
  await shown();
  const change = screen.getByRole("button", { name: /^Change the keys: Mark a chapter/ });
  await fireEvent.click(change);
  await fireEvent.keyDown(change, { key: "Control", code: "ControlLeft", ctrlKey: true });
  await fireEvent.keyDown(change, { key: "F7", code: "F7", ctrlKey: true });
  expect(await screen.findByText("Ctrl + F7")).toBeInTheDocument();
  expect(change).toHaveAttribute("aria-pressed", "false");
});

test("Escape and Tab leave the keys as they are", async () => {
  await shown();
  const change = screen.getByRole("button", { name: /^Change the keys: Mark a chapter/ });
  for (const key of ["Escape", "Tab"]) {
    await fireEvent.click(change);
    expect(change).toHaveAttribute("aria-pressed", "true");
    await fireEvent.keyDown(change, { key, code: key });
    expect(change).toHaveAttribute("aria-pressed", "false");
  }
  expect(screen.getByText("Ctrl + Shift + F11")).toBeInTheDocument();
});

test("what the system does not give is said beside the action", async () => {
  await shown("troubled");
  expect(screen.getByText(/another program has them/)).toBeInTheDocument();
  expect(screen.getByText(/writes a character/)).toBeInTheDocument();
  expect(screen.getByText("The hotkeys of the settings file cannot be used")).toBeInTheDocument();
});

test("where there are no hotkeys the page says so, and nothing of them can be pressed", async () => {
  await shown("local");
  expect(screen.getByText(/Wayland/)).toBeInTheDocument();
  for (const name of [/^Change the keys/, /^Press it now/, /^Switch off/]) {
    for (const button of screen.getAllByRole("button", { name })) expect(button).toBeDisabled();
  }
});

test.each([
  [{ key: "F9", code: "F9", ctrlKey: true, shiftKey: true }, "Ctrl+Shift+F9"],
  [{ key: "y", code: "KeyZ", altKey: true }, "Alt+KeyZ"],
  [{ key: "F9", code: "F9" }, "F9"],
  [{ key: "Shift", code: "ShiftLeft", shiftKey: true }, null],
  [{ key: "AltGraph", code: "AltRight", ctrlKey: true, altKey: true }, null],
])("a press of %j is %s", (press, keys) => {
  expect(keysOf(new KeyboardEvent("keydown", press))).toBe(keys);
});

async function shown(scene: string | null = null): Promise<void> {
  render(SettingsPage, { props: { ipc: { ...ipc, ...settingsOf(scene) } } });
  await screen.findByRole("heading", { name: "Hotkeys" });
}
