import { afterEach, expect, test } from "vitest";

import { language } from "./language.svelte";
import {
  dayName,
  dayOf,
  dayTitle,
  lengthWords,
  scoreWords,
  tallyInFull,
  tallyWords,
  uploadOf,
} from "./match_words";

const NOON = new Date("2026-11-22T12:00:00");

afterEach(() => {
  language.choose(null);
});

test("the last two days have names, the others dates", () => {
  expect(dayTitle("2026-11-22", NOON)).toBe("Today");
  expect(dayTitle("2026-11-21", NOON)).toBe("Yesterday");
  expect(dayTitle("2026-11-20", NOON)).toBe("Friday, November 20, 2026");
  language.choose("de");
  expect(dayName("2026-11-21", NOON)).toBe("gestern");
  expect(dayTitle("2026-11-20", NOON)).toBe("Freitag, 20. November 2026");
});

test("a day is this PC's, however late in the evening", () => {
  const late = new Date(2026, 10, 21, 23, 59);
  expect(dayOf(late.toISOString())).toBe("2026-11-21");
  expect(dayTitle(dayOf(late.toISOString()), new Date(2026, 10, 22, 0, 1))).toBe("Yesterday");
});

test("the change to summer time makes no day longer", () => {
  expect(dayTitle("2026-03-28", new Date("2026-03-29T23:30:00"))).toBe("Yesterday");
});

test("a match is as long as people say it", () => {
  expect([20_000, 2_280_000, 3_600_000, 4_320_000].map(lengthWords)).toEqual([
    "1 min",
    "38 min",
    "1 hr",
    "1 hr 12 min",
  ]);
});

test("the player's own side comes first, and an unknown one has no side", () => {
  expect(scoreWords({ by: "own", own: 13, other: 9 })).toBe("13 – 9");
  const sides = [
    { side: "ct", points: 9 },
    { side: "t", points: 13 },
  ];
  expect(scoreWords({ by: "side", sides })).toBe("CT 9 – T 13");
});

test("assists that the game does not show are not called none", () => {
  const you = (assists: number | null) => ({
    account: "1",
    name: null,
    counted: { kills: 19, deaths: 12, assists },
  });
  expect(tallyWords(you(6))).toBe("19 / 12 / 6");
  expect(tallyWords(you(null))).toBe("19 / 12");
  expect(tallyInFull(you(null))).toBe("19 kills, 12 deaths");
});

test("what is wrong with a match's events is said before what is well", () => {
  expect(uploadOf({ sent: 9, waiting: 2, refused: 1 }).mark).toBe("trouble");
  expect(uploadOf({ sent: 9, waiting: 2, refused: 0 }).words).toBe("2 not sent yet");
  expect(uploadOf({ sent: 9, waiting: 0, refused: 0 }).words).toBe("all sent");
  expect(uploadOf({ sent: 0, waiting: 0, refused: 0 }).words).toBe("only on this PC");
});
