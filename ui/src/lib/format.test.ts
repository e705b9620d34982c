import { expect, test } from "vitest";

import { bytes, matchClock, roughly, timeOfDay } from "./format";

test.each([
  [0, "0:00"],
  [301_900, "5:01"],
  [3_729_000, "1:02:09"],
  [-45_000, "-0:45"],
  [-400, "0:00"],
])("%d ms on the game's clock is %s", (ms, text) => {
  expect(matchClock(ms)).toBe(text);
});

test.each([
  [45, "45 sec"],
  [754, "12 min"],
  [7_300, "2 hr"],
  [200_000, "2 days"],
])("%d seconds are roughly %s", (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});

test("a time that is none shows nothing", () => {
  expect(timeOfDay("yesterday")).toBe("");
  expect(timeOfDay("2026-11-20T19:00:05Z")).toMatch(/^\d\d:\d\d:05$/);
});

test.each([
  [812, "812 byte"],
  [1_300, "1.3 kB"],
  [4_812_113, "4.8 MB"],
  [2_000_000_000, "2 GB"],
])("%d bytes are told in their greatest unit", (count, told) => {
  expect(bytes(count)).toBe(told);
});
