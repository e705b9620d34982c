import { afterEach, expect, test } from "vitest";

import { language } from "./language.svelte";
import { offsetsUntil, placesAt } from "./places";

afterEach(() => {
  language.choose(null);
});

const WINTER = Date.parse("2026-10-25T01:00:00Z");
const SUMMER = Date.parse("2026-03-29T01:00:00Z");

/** Berlin's clock in 2026; winter before and after. */
function berlin(at_ms: number): number {
  return at_ms >= SUMMER && at_ms < WINTER ? 120 : 60;
}

test("every change of the clock is found, to the minute", () => {
  const offsets = offsetsUntil(Date.parse("2026-11-23T03:00:00Z"), berlin);
  expect(offsets.slice(1)).toEqual([
    { from_ms: SUMMER, minutes: 120 },
    { from_ms: WINTER, minutes: 60 },
  ]);
  expect(offsets[0]?.minutes).toBe(60);
});

test("a clock that is never changed has one offset", () => {
  expect(offsetsUntil(WINTER, () => 330).map(({ minutes }) => minutes)).toEqual([330]);
});

test("days have the names of the page's headings", () => {
  language.choose("de");
  const { days } = placesAt(new Date(2026, 10, 1, 0, 30).getTime());
  expect([days.weekdays[0], days.weekdays[6]]).toEqual(["Montag", "Sonntag"]);
  expect([days.months[0], days.months[10]]).toEqual(["Januar", "November"]);
  expect(days.near).toEqual({ "2026-11-01": "heute", "2026-10-31": "gestern" });
});
