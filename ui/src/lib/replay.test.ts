import { expect, test } from "vitest";

import type { RecordingRow, ReplayTold } from "../generated/bindings";
import { replayOf } from "../mock/recordings";
import { Replay } from "./replay.svelte";
import { line, update } from "./sample_for_tests";

const ROW: RecordingRow = {
  name: "a.rsrec",
  bytes: 1,
  state: { is: "whole" },
  content: null,
};

test("a replay shows its own lines, until it is closed", async () => {
  const replay = new Replay(replayOf(update([line("a"), line("b")])));
  await replay.start(ROW, "max");
  expect(replay.playing?.live.feed.map(({ event_id }) => event_id)).toEqual(["b", "a"]);
  expect([replay.over, replay.progress]).toEqual([true, 1]);
  await replay.close();
  expect(replay.playing).toBeNull();
});

test("a file that cannot be played is told, and nothing is shown of it", async () => {
  const replay = new Replay(replayOf(null));
  await replay.start({ ...ROW, name: "holiday.jpg" }, "max");
  expect([replay.playing, replay.problem?.code]).toEqual([null, "recording"]);
});

test("what an earlier replay still says does not end the later one", async () => {
  const listeners: ((told: ReplayTold) => void)[] = [];
  const replay = new Replay({
    ...replayOf(null),
    replayStart: (_name, _speed, _live, told) => {
      listeners.push(told);
      return Promise.resolve({ status: "ok", data: null });
    },
  });
  await replay.start(ROW, "recorded");
  await replay.start(ROW, "ten_times");
  listeners[0]?.({ is: "over" });
  expect(replay.over).toBe(false);
  listeners[1]?.({ is: "played", entries: 1, of: 4 });
  expect(replay.progress).toBe(0.25);
});
