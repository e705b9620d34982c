import { afterEach, expect, test } from "vitest";

import type { Along } from "../generated/bindings";
import { language } from "./language.svelte";
import { anchorInWords, anchorOf, ANCHORS, looksInWords, placeInWords } from "./overlay_words";

afterEach(() => {
  language.choose(null);
});

const PLACES: readonly [across: Along, down: Along, words: string][] = [
  [{ start: 0 }, { start: 0.2 }, "At the left edge, at the top"],
  [{ end: 2.4 }, { end: 3 }, "2% from the right, 3% from the bottom"],
  [{ middle: 0.3 }, { middle: -0.3 }, "In the middle, halfway down"],
  [{ middle: -12 }, { middle: 9 }, "12% left of the middle, 9% below the middle"],
  [{ middle: 12 }, { middle: -9 }, "12% right of the middle, 9% above the middle"],
];

test.each(PLACES)("%o and %o are %s", (across, down, words) => {
  language.choose("en");
  expect(placeInWords({ across, down })).toBe(words);
});

test("German counts percent its own way", () => {
  language.choose("de");
  const look = { across: { start: 1 }, down: { middle: 0 } };
  expect(placeInWords(look)).toBe("1\u00a0% von links, auf halber Höhe");
});

test("a monitor without a name is not told of", () => {
  language.choose("en");
  const look = {
    mode: "edit",
    rows: 4,
    opacity: 74,
    ground: "seen_through",
    scale: 110,
    across: { start: 1 },
    down: { middle: 0 },
    game: "cs2",
  } as const;
  expect(looksInWords({ ...look, monitor: "" })).toBe("size 110% · background 74%");
  expect(looksInWords({ ...look, monitor: "DP-1" })).toBe("DP-1 · size 110% · background 74%");
});

test("a monitor has nine fields, each with words of its own", () => {
  expect(new Set(ANCHORS.map(anchorInWords)).size).toBe(9);
  expect(anchorOf({ across: { end: 3 }, down: { middle: -9 } })).toEqual({
    across: "end",
    down: "middle",
  });
});
