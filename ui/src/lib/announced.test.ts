import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Glance } from "../generated/bindings";
import { Announced, ANNOUNCE_EVERY_MS } from "./announced.svelte";
import { running } from "./sample_for_tests";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function glance(changes: Partial<Glance> = {}): Glance {
  const found = running(changes).glance;
  if (found === null) throw new Error("a match runs in the sample");
  return found;
}

test("what was there before is no news, and a change says only itself", () => {
  const announced = new Announced();
  announced.take(glance());
  expect(announced.said).toBe("");
  announced.take(glance({ score: { own: 5, other: 2 }, round: 8 }));
  expect(announced.said).toBe("Score 5 – 2, Round 8");
});

test("the clock is never told", () => {
  const announced = new Announced();
  announced.take(glance({ match_clock_ms: 1000 }));
  announced.take(glance({ match_clock_ms: 2000 }));
  expect(announced.said).toBe("");
});

test("of many changes the last is told, and at most one in five seconds", () => {
  const announced = new Announced();
  announced.take(glance());
  announced.take(glance({ phase: "dead" }));
  expect(announced.said).toBe("dead");
  announced.take(glance({ phase: "between_rounds" }));
  announced.take(glance({ phase: "buying", round: 8 }));
  vi.advanceTimersByTime(ANNOUNCE_EVERY_MS - 1);
  expect(announced.said).toBe("dead");
  vi.advanceTimersByTime(1);
  expect(announced.said).toBe("Round 8, buy time");
});

test("a change that is gone again after five seconds is not told", () => {
  const announced = new Announced();
  announced.take(glance());
  announced.take(glance({ round: 8 }));
  announced.take(glance({ round: 8, phase: "dead" }));
  announced.take(glance({ round: 8 }));
  vi.advanceTimersByTime(ANNOUNCE_EVERY_MS);
  expect(announced.said).toBe("Round 8");
});

test("another match begins without news, and no match says nothing", () => {
  const announced = new Announced();
  announced.take(glance());
  announced.take(glance({ round: 8 }));
  announced.take(null);
  expect(announced.said).toBe("");
  announced.take(glance({ match_key: "cs2:other", round: 1 }));
  vi.advanceTimersByTime(ANNOUNCE_EVERY_MS);
  expect(announced.said).toBe("");
});
