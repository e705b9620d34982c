import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";

import type { DeskState } from "../../generated/bindings";
import { ipc } from "../../mock/ipc";
import { settingsOf } from "../../mock/settings";
import { DESK } from "./desk";
import SettingsPage from "./SettingsPage.svelte";

const CHANGE = /^Change the keys/;
const TRY = /^Press it now/;

test("before the desktop is asked the keys are a wish: to be changed, not to be tried", async () => {
  await shown("not_asked");
  expect(screen.getByText(/^Your desktop \(Wayland\) gives hotkeys/)).toBeInTheDocument();
  for (const button of screen.getAllByRole("button", { name: CHANGE })) {
    expect(button).toBeEnabled();
  }
  for (const button of screen.getAllByRole("button", { name: TRY })) expect(button).toBeDisabled();
});

test("a click asks the desktop, and its keys are shown in its words", async () => {
  await shown("not_asked");
  await fireEvent.click(screen.getByRole("button", { name: "Ask the desktop for them" }));
  expect(await screen.findByText("Press <Super>F9")).toBeInTheDocument();
  expect(screen.getByText("set in your desktop"), "it has no words for it").toBeInTheDocument();
  expect(screen.queryByText("Ctrl + Shift + F9"), "that was the wish").not.toBeInTheDocument();
});

test("keys that the desktop gave are tried here and changed there", async () => {
  await shown("given");
  const overlay = "Show or hide the overlay";
  expect(screen.getByRole("button", { name: `Change the keys: ${overlay}` })).toBeDisabled();
  expect(screen.getByRole("button", { name: `Press it now: ${overlay}` })).toBeEnabled();
  expect(screen.getByRole("button", { name: "Change keys in the desktop" })).toBeEnabled();
});

test("a trial names no keys that only the desktop can name", async () => {
  await shown("given");
  await fireEvent.click(screen.getByRole("button", { name: "Press it now: Mark a chapter" }));
  expect(await screen.findByText(/the keys work/)).toBeInTheDocument();
});

test("while it is asked the button keeps its place, and does nothing", async () => {
  let asked = 0;
  const hotkeysAsk = () => {
    asked += 1;
    return Promise.resolve({ status: "ok", data: true } as const);
  };
  render(SettingsPage, { props: { ipc: { ...ipc, ...settingsOf(null, "asking"), hotkeysAsk } } });
  const button = await screen.findByRole("button", { name: "Ask again" });
  expect(button).toHaveAttribute("aria-disabled", "true");
  await fireEvent.click(button);
  expect(asked).toBe(0);
});

test("a hotkey that was left out is named, and can be asked for again", async () => {
  await shown("given");
  expect(screen.getByText(/did not give this one/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Ask again" })).toBeEnabled();
});

test("in a match the desktop's page does not open, and it is said why", async () => {
  await shown("given");
  await fireEvent.click(screen.getByRole("button", { name: "Change keys in the desktop" }));
  expect(await screen.findByText(/would cover it/)).toBeInTheDocument();
});

test.each<DeskState>(["refused", "withdrawn", "closed", "failed", "missing", "not_installed"])(
  "where the desktop gives nothing (%s) it is said, and can be asked again",
  async (state) => {
    await shown(state);
    expect(screen.getByText((text) => text.endsWith(DESK[state]()))).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Ask again" })).toBeEnabled();
    for (const button of screen.getAllByRole("button", { name: TRY })) {
      expect(button).toBeDisabled();
    }
  },
);

test.each<DeskState>(["looking", "asking"])(
  "while the desktop answers (%s) nothing can be changed",
  async (state) => {
    await shown(state);
    for (const button of screen.getAllByRole("button", { name: CHANGE })) {
      expect(button).toBeDisabled();
    }
  },
);

test("what the desktop said of a failure is shown as its own words", async () => {
  await shown("failed");
  expect(screen.getByText("Your desktop says: Session is gone")).toBeInTheDocument();
});

async function shown(state: DeskState): Promise<void> {
  render(SettingsPage, { props: { ipc: { ...ipc, ...settingsOf(null, state) } } });
  await screen.findByRole("heading", { name: "Hotkeys" });
}
