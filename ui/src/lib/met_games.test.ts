import { expect, test } from "vitest";

import type { SourceState, SourceStatus } from "../generated/bindings";
import { wasMet } from "./met_games";

test("a game that nobody plays here takes no room", () => {
  for (const is of ["listening", "not_running", "not_found", "no_file", "not_asked"] as const) {
    expect(wasMet(status("dota2", { is }))).toBe(false);
  }
});

test("a game that is there, was heard, or is in trouble does", () => {
  expect(wasMet(status("elite", { is: "following", file: "Journal.log" }))).toBe(true);
  expect(wasMet({ ...status("dota2", { is: "listening" }), frames: 1 })).toBe(true);
  expect(wasMet({ ...status("dota2", { is: "listening" }), refused_posts: 1 })).toBe(true);
  const taken = { is: "port_taken", port: 28_733, detail: "in use" } as const;
  expect(wasMet(status("dota2", taken))).toBe(true);
});

test("a game that is turned off within another is told of", () => {
  const games_off = [{ game: "valorant", reason: "the new act", server: null }];
  expect(wasMet({ ...status("overwolf", { is: "listening" }), games_off })).toBe(true);
});

test("Counter-Strike and League are shown before they were met", () => {
  expect(wasMet(status("cs2", { is: "listening" }))).toBe(true);
  expect(wasMet(status("league", { is: "not_running" }))).toBe(true);
});

function status(source: string, state: SourceState): SourceStatus {
  const nothing = { frames: 0, unreadable: 0, refused_posts: 0, frames_dropped: 0, events: 0 };
  return { source, state, ...nothing, last_unreadable: null, last_frame_at: null, drift: {} };
}
