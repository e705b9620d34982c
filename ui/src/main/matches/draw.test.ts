import { expect, test } from "vitest";

import type { Mark } from "../../generated/bindings";
import { CLUSTER_PX, numberedEvery, reachOf, spotOf, spotsOf, stepTo, ticksOf } from "./draw";
import { mark } from "../../lib/sample_mark_for_tests";

const WIDTH = 1000;
const LANES = ["you", "kills", "objectives"] as const;

/** A mark so many pixels from the left. */
function at(px: number, event_id: string, changes: Partial<Mark> = {}): Mark {
  return mark(event_id, { lane: "you", position: px / WIDTH, ...changes });
}

test("marks that would hide each other are one spot, and no mark is lost", () => {
  const marks = [at(100, "a"), at(100 + CLUSTER_PX - 1, "b"), at(100 + CLUSTER_PX, "c")];
  const [spots] = spotsOf(LANES, marks, WIDTH);
  expect(spots?.map((spot) => spot.marks.map((one) => one.event_id))).toEqual([["a", "b"], ["c"]]);
});

test("a long row of close marks does not become one spot", () => {
  const marks = Array.from({ length: 20 }, (_, index) => at(100 + index * 4, String(index)));
  const [spots = []] = spotsOf(LANES, marks, WIDTH);
  expect(spots.length).toBe(10);
  const gaps = spots.slice(1).map((spot, index) => spot.x - (spots[index]?.x ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(CLUSTER_PX);
});

test("a lane without marks is not drawn, and the others keep their order", () => {
  const marks = [at(5, "b", { lane: "objectives" }), at(9, "a")];
  const lanes = spotsOf(LANES, marks, WIDTH).map((spots) => spots[0]?.lane);
  expect(lanes).toEqual(["you", "objectives"]);
});

test("arrows walk within a lane and stop at its ends", () => {
  const lanes = spotsOf(LANES, [at(10, "a"), at(50, "b"), at(90, "c")], WIDTH);
  const walk = (key: string, spot: number) => stepTo(key, { lane: 0, spot }, lanes)?.spot;
  expect(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => walk(key, 1))).toEqual([
    2, 0, 0, 2,
  ]);
  expect(walk("ArrowRight", 2)).toBe(2);
  expect(walk("ArrowLeft", 0)).toBe(0);
});

test("between lanes the nearest mark is next, and beyond the last there is none", () => {
  const marks = [at(500, "a"), at(100, "x", { lane: "kills" }), at(520, "y", { lane: "kills" })];
  const lanes = spotsOf(LANES, marks, WIDTH);
  expect(stepTo("ArrowDown", { lane: 0, spot: 0 }, lanes)).toEqual({ lane: 1, spot: 1 });
  expect(stepTo("ArrowUp", { lane: 1, spot: 0 }, lanes)).toEqual({ lane: 0, spot: 0 });
  expect(stepTo("ArrowDown", { lane: 1, spot: 1 }, lanes)).toEqual({ lane: 1, spot: 1 });
});

test("other keys are not the picture's", () => {
  const lanes = spotsOf(LANES, [at(10, "a")], WIDTH);
  for (const key of ["Tab", "Enter", " ", "a"]) {
    expect(stepTo(key, { lane: 0, spot: 0 }, lanes), key).toBeNull();
  }
});

test("an event is found in whatever spot it went into", () => {
  const marks = [at(10, "a"), at(12, "b"), at(90, "c", { lane: "kills" })];
  const lanes = spotsOf(LANES, marks, WIDTH);
  expect(spotOf("b", lanes)).toEqual({ lane: 0, spot: 0 });
  expect(spotOf("c", lanes)).toEqual({ lane: 1, spot: 0 });
  expect(spotOf("gone", lanes)).toBeNull();
});

test("no spot can be hit where another one is nearer", () => {
  const [spots = []] = spotsOf(LANES, [at(100, "a"), at(110, "b"), at(400, "c")], WIDTH);
  expect(spots.map((_, index) => reachOf(spots, index))).toEqual([5, 5, 12]);
});

test("round numbers never run into each other", () => {
  expect(numberedEvery(24, 960)).toBe(1);
  expect(numberedEvery(24, 340)).toBe(2);
  expect(numberedEvery(60, 340)).toBe(5);
});

test("a clock has ticks at whole minutes, within its ends", () => {
  const axis = { counts: "match_clock", from_ms: -30_000, to_ms: 1_000_000 } as const;
  const ticks = ticksOf(axis, 600);
  expect(ticks.map(({ ms }) => ms / 60_000)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
  expect(ticks.every((tick) => tick.at >= 0 && tick.at <= 1)).toBe(true);
});

test("a match of no length has no ticks", () => {
  const now = "2026-11-22T19:00:00Z";
  expect(ticksOf({ counts: "observed", from: now, to: now }, 600)).toEqual([]);
});
