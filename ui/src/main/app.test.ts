import { render, screen, within } from "@testing-library/svelte";
import axe from "axe-core";
import { expect, test } from "vitest";

import type { FeedLine, SourceStatus, Status } from "../generated/bindings";
import { Live } from "../lib/live.svelte";
import { line, status, update } from "../lib/sample_for_tests";
import App from "./App.svelte";

const CS2: SourceStatus = {
  source: "cs2",
  state: "in a match",
  frames: 412,
  unreadable: 2,
  last_unreadable: "no provider block",
  refused_posts: 1,
  frames_dropped: 0,
  events: 1,
  last_frame_at: "2026-11-20T19:00:00Z",
  drift: { "map.new_word": 3 },
};

const FULL = status(
  { pending: 3, settled: 20, quarantined: 1, not_saved: 2, oldest_pending_age_s: 754 },
  { sources: [CS2] },
);

test("the counts are the outbox's", async () => {
  const { container } = await shown([], FULL);
  const counts = Object.fromEntries(
    [...container.querySelectorAll<HTMLElement>("[data-count]")].map((count) => [
      count.dataset["count"],
      count.textContent,
    ]),
  );
  expect(counts).toMatchObject({ pending: "3", in_flight: "0", settled: "20", quarantined: "1" });
  expect(counts["not_saved"]).toContain("2 events are not saved yet");
  expect(screen.getByText("12 min")).toBeInTheDocument();
});

test("a line says when, what and in which round", async () => {
  await shown([line("a", { attacker: "Ana", victim: "Bo", round: 7, match_clock_ms: 84_000 })]);
  expect(row()).toHaveTextContent(/^1:24 You killed Bo Round 7$/);
  expect(row().querySelector("[data-mark]")).toHaveAttribute("data-mark", "your-kill");
  expect(row()).toHaveClass("yours");
});

test("a line that the disk does not take says so", async () => {
  await shown([line("a", { saved: "not_saved" })], status({ not_saved: 1 }));
  expect(row()).toHaveTextContent("not saved");
});

test("a line on its way to the disk does not flicker", async () => {
  await shown([line("a", { saved: "not_saved" })], status());
  expect(row()).not.toHaveTextContent("not saved");
});

test("names are shown as text", async () => {
  const { container } = await shown([line("a", { attacker: "<img src=x>", victim: "Bo" })]);
  expect(container.querySelector("img")).toBeNull();
  expect(screen.getByText("<img src=x>")).toBeInTheDocument();
});

test("an empty feed says what to do", async () => {
  await shown([]);
  expect(screen.getByText(/Start a match/)).toBeInTheDocument();
});

test("what could not be read says why", async () => {
  await shown([], FULL);
  expect(screen.getByText(/2 could not be read: no provider block/)).toBeInTheDocument();
  expect(screen.getByText(/1 post refused/)).toBeInTheDocument();
});

test("a game's unknown names can be unfolded", async () => {
  await shown([], FULL);
  const summary = screen.getByText("1 name the game did not use before");
  expect(summary.closest("details")).toHaveTextContent("map.new_word");
});

test("a companion that could not start is an alert", async () => {
  await shown([], status({}, { capture: { state: "failed", problem: "outbox in use" } }));
  expect(screen.getByRole("alert")).toHaveTextContent("outbox in use");
  expect(screen.queryByText(/Start a match/), "a match would not be seen").toBeNull();
});

test("settings that cannot be read are an alert, and capture goes on", async () => {
  const capture = { state: "without_settings", problem: "settings.toml, line 3" } as const;
  await shown([], status({}, { capture }));
  expect(screen.getByRole("alert")).toHaveTextContent(/nothing is sent.*line 3/);
  expect(screen.getByText(/Start a match/)).toBeInTheDocument();
});

test("what was there before the page is not announced, news is", async () => {
  const live = liveWith([line("a")], FULL);
  render(App, { live });
  expect(screen.getByRole("log")).toHaveAttribute("aria-live", "off");
  await live.start();
  await expect.poll(() => screen.getByRole("log").getAttribute("aria-live")).toBe("polite");
});

test.each([
  ["full", [line("a", { attacker: "Ana" }), line("b", { saved: "not_saved" })], FULL],
  ["empty", [], status()],
  ["failed", [], status({}, { capture: { state: "failed", problem: "outbox in use" } })],
])("axe finds nothing in the %s window", async (_name, lines, now) => {
  const { container } = await shown(lines, now);
  // Colours are held by styles/contrast.test.ts: jsdom lays nothing out.
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations.map((violation) => violation.help)).toEqual([]);
});

async function shown(lines: FeedLine[], now: Status = status()) {
  const live = liveWith(lines, now);
  await live.start();
  return render(App, { live });
}

/** The feed's only line. */
function row(): HTMLElement {
  return within(screen.getByRole("log")).getByRole("listitem");
}

function liveWith(lines: FeedLine[], now: Status): Live {
  return new Live({
    watchLive: (told) => {
      told(update(lines, { status: now }));
      return Promise.resolve();
    },
  });
}
