import { render, screen, within } from "@testing-library/svelte";
import axe from "axe-core";
import { tick } from "svelte";
import { expect, test } from "vitest";

import type { FeedLine, LiveUpdate, Running, SourceStatus, Status } from "../generated/bindings";
import { Live } from "../lib/live.svelte";
import { Queue } from "../lib/queue.svelte";
import { addressOf, type PageName, Route } from "../lib/route.svelte";
import { line, running, status, update } from "../lib/sample_for_tests";
import { ipc } from "../mock/ipc";
import { queueOf } from "../mock/queue";
import App from "./App.svelte";

const CS2: SourceStatus = {
  source: "cs2",
  state: { is: "receiving" },
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

test("a reader hears on any page what the overlay shows", async () => {
  const told: ((news: LiveUpdate) => void)[] = [];
  const live = new Live({
    watchLive: (tell) => {
      tell(update([], { status: status(), running: running() }));
      told.push(tell);
      return Promise.resolve();
    },
  });
  await live.start();
  render(App, { ipc, live, queue: new Queue(queueOf([])), route: at("help") });
  const announces = document.querySelector("[data-announces=match]");
  expect(announces).toHaveTextContent("");
  told[0]?.(update([], { running: running({ phase: "dead", score: { own: 4, other: 3 } }) }));
  await tick();
  expect(announces).toHaveTextContent("Score 4 – 3, dead");
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
  expect(screen.getByText(/^2 messages could not be read/)).toBeInTheDocument();
  expect(screen.getByText("no provider block")).toHaveAttribute("lang", "en");
  expect(screen.getByText(/1 message from elsewhere/)).toBeInTheDocument();
});

test("a game's unknown names can be unfolded", async () => {
  await shown([], FULL);
  const summary = screen.getByText("1 new field: the game was probably updated");
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
  expect(screen.getByRole("alert")).toHaveTextContent(/line 3.*nothing is sent/);
  expect(screen.getByText(/Start a match/)).toBeInTheDocument();
});

test("what was there before the page is not announced, news is", async () => {
  const live = liveWith([line("a")], FULL);
  render(App, { ipc, live, queue: new Queue(queueOf([])), route: at("live") });
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

test("the bar names every page with the one thing to know of it", async () => {
  await shown([], FULL, running());
  const links = screen.getAllByRole("link").map((link) => link.textContent.trim());
  expect(links).toEqual([
    "Live Counter-Strike 2",
    "Matches",
    "Upload queue 5",
    "Games 1",
    "Recordings",
    "Privacy",
    "Settings",
    "Help",
  ]);
});

test("the match of the moment shows its score, its round and the player's numbers", async () => {
  await shown([], status(), running({ phase: "dead" }));
  const now = screen.getByRole("region", { name: "The match now" });
  expect(now).toHaveTextContent("4 – 2");
  expect(now).toHaveTextContent("Round 7 · dead");
  expect(now).toHaveTextContent(/kills\s*9\s*deaths\s*5\s*assists\s*2/);
});

test("what a game does not tell leaves no room for it", async () => {
  const bare = running({ score: null, round: null, you: null, match_clock_ms: 754_000 });
  await shown([], status(), bare);
  expect(screen.getByRole("region", { name: "The match now" })).toHaveTextContent(/^12:34$/);
});

test("without a match there is none to see", async () => {
  await shown([], status());
  expect(screen.queryByRole("region", { name: "The match now" })).toBeNull();
  expect(screen.getByText("No match is running")).toBeInTheDocument();
});

test("the queue's page says of every trouble what it means and what to do", async () => {
  await shown([], status({ not_saved: 2, pruned: 1, lost: 3 }), null, "queue");
  for (const words of [/2 events are not saved yet/, /1 event given up/, /3 events lost/]) {
    const problem = screen.getByText(words).closest(".problem");
    expect(problem?.querySelectorAll("p")).toHaveLength(3);
  }
});

test("a waiting event says its age, its next try and what is in the way", async () => {
  const gone = status({ pending: 3, next_attempt_in_s: 8, paused: "server_not_reached" });
  await shown([line("a"), line("b"), line("c"), line("d"), line("e")], gone, null, "queue");
  const events = await screen.findByRole("table", { name: "Events" });
  const [, oldest] = within(events).getAllByRole("row");
  expect(oldest).toHaveTextContent(/waiting.*42 sec.*in 8 sec.*the server does not answer/);
});

test("the games' page names what a game never told before", async () => {
  await shown([], FULL, null, "games");
  expect(screen.getByRole("table", { name: /1 new field/ })).toHaveTextContent("map.new_word");
});

async function shown(
  lines: FeedLine[],
  now: Status = status(),
  match: Running | null = null,
  page: PageName = "live",
) {
  const live = liveWith(lines, now, match);
  await live.start();
  return render(App, { ipc, live, queue: new Queue(queueOf(lines)), route: at(page) });
}

function at(page: PageName): Route {
  window.location.hash = addressOf(page);
  return new Route(window);
}

/** The feed's only line. */
function row(): HTMLElement {
  return within(screen.getByRole("log")).getByRole("listitem");
}

function liveWith(lines: FeedLine[], now: Status, match: Running | null = null): Live {
  return new Live({
    watchLive: (told) => {
      told(update(lines, { status: now, running: match }));
      return Promise.resolve();
    },
  });
}
