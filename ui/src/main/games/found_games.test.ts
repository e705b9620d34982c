import { render, screen, within } from "@testing-library/svelte";
import { expect, test } from "vitest";

import type { SourceStatus } from "../../generated/bindings";
import { Live } from "../../lib/live.svelte";
import { gamesOf } from "../../mock/games";
import { ipc } from "../../mock/ipc";
import FoundGames from "./FoundGames.svelte";

test("a game that was never met on this PC waits folded away", async () => {
  const folded = await shown([]);
  expect(folded).toHaveTextContent("5 other games that Ringside reads");
  for (const name of ["Dota 2", "Rocket League", "Elite Dangerous", "Hearthstone", "Overwolf"]) {
    expect(within(folded).getByRole("heading", { name, hidden: true })).toBeInTheDocument();
  }
  expect(within(folded).queryByRole("heading", { name: "League of Legends" })).toBeNull();
});

test("a game that was heard of stands beside the first, once", async () => {
  const folded = await shown([{ ...SILENT, source: "rocket-league", frames: 3 }]);
  expect(folded).toHaveTextContent("4 other games");
  expect(screen.getAllByRole("heading", { name: "Rocket League" })).toHaveLength(1);
  expect(within(folded).queryByRole("heading", { name: "Rocket League", hidden: true })).toBeNull();
});

test("a game that cannot be read is not folded away with its reason", async () => {
  const state = { is: "port_taken", port: 28_733, detail: "in use" } as const;
  const folded = await shown([{ ...SILENT, source: "dota2", state }]);
  expect(within(folded).queryByRole("heading", { name: "Dota 2", hidden: true })).toBeNull();
  expect(screen.getByText(/port 28733/)).toBeInTheDocument();
});

const SILENT: SourceStatus = {
  source: "dota2",
  state: { is: "listening" },
  frames: 0,
  unreadable: 0,
  last_unreadable: null,
  refused_posts: 0,
  frames_dropped: 0,
  events: 0,
  last_frame_at: null,
  drift: {},
};

async function shown(sources: SourceStatus[]): Promise<HTMLElement> {
  const live = new Live(ipc);
  live.status = { ...live.status, sources };
  render(FoundGames, { props: { ipc: { ...ipc, ...gamesOf(true) }, live } });
  const summary = await screen.findByText(/other games? that Ringside reads/);
  const folded = summary.closest("details");
  if (folded === null) throw new Error("nothing is folded away");
  return folded;
}
