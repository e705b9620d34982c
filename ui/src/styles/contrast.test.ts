import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { apart, contrast, over, parse, type Rgb } from "./colour";

/** WCAG 2.2, 1.4.3: text against what it stands on. */
const TEXT_MIN = 4.5;
/** WCAG 2.2, 1.4.11: marks, and the edges of what can be operated. */
const MARK_MIN = 3;
/** Well over the just noticeable 0.02: marks are small. */
const APART_MIN = 0.07;

const THEMES = ["dark", "light", "contrast"] as const;
const PALETTES = ["usual", "safe"] as const;
const WORN = THEMES.flatMap((theme) => PALETTES.map((palette) => [theme, palette] as const));

const TEXTS = ["text", "dim", "accent", "good", "bad", "warn"];
const COLOURED = ["mark-kill", "mark-death", "mark-bomb", "mark-revive"];
const MARKS = [...COLOURED, "mark-rest"];
const GROUNDS = ["ink", "side", "panel", "tint", "chosen"];

const GAMES = { white: [255, 255, 255], black: [0, 0, 0] } as const;
const OVER_GAMES = WORN.flatMap(([theme, palette]) =>
  (["white", "black"] as const).map((game) => [theme, palette, game] as const),
);

const blocks = blocksOf(readFileSync("src/styles/tokens.css", "utf8"));

test.each(WORN)("every text can be read in %s with the %s palette", (theme, palette) => {
  const tokens = worn(theme, palette);
  for (const [text, ground] of pairs(TEXTS, GROUNDS)) {
    expect(ratio(tokens, text, ground), `--${text} on --${ground}`).toBeGreaterThanOrEqual(
      TEXT_MIN,
    );
  }
  expect(ratio(tokens, "on-accent", "accent"), "a pressed button").toBeGreaterThanOrEqual(TEXT_MIN);
});

test.each(WORN)("every mark and edge can be seen in %s with the %s palette", (theme, palette) => {
  const tokens = worn(theme, palette);
  for (const [mark, ground] of pairs([...MARKS, "edge"], GROUNDS)) {
    expect(ratio(tokens, mark, ground), `--${mark} on --${ground}`).toBeGreaterThanOrEqual(
      MARK_MIN,
    );
  }
});

test.each(OVER_GAMES)("the overlay holds in %s, %s, over a %s game", (theme, palette, game) => {
  const tokens = worn(theme, palette, true);
  const opacity = alpha(tokens.get("overlay-opacity") ?? "");
  const panel = over(channels(tokens.get("overlay-ground") ?? ""), GAMES[game], opacity);
  // The player's own rows are tinted over the panel.
  const own = tokens.get("overlay-own") ?? "";
  const grounds = [panel, over(channels(own), panel, alpha(own.split("/")[1] ?? ""))];
  for (const ground of grounds) {
    for (const text of TEXTS) {
      expect(contrast(colour(tokens, text), ground), `--${text}`).toBeGreaterThanOrEqual(TEXT_MIN);
    }
    for (const mark of MARKS) {
      expect(contrast(colour(tokens, mark), ground), `--${mark}`).toBeGreaterThanOrEqual(MARK_MIN);
    }
  }
});

test.each(THEMES)("the safe palette's marks differ for colour-blind players in %s", (theme) => {
  for (const surface of [false, true]) {
    expect(nearest(worn(theme, "safe", surface))).toBeGreaterThanOrEqual(APART_MIN);
  }
});

test("the usual palette's marks do not all: that is what the safe one is for", () => {
  expect(nearest(worn("dark", "usual"))).toBeLessThan(APART_MIN);
});

/** The least distance between two marks, for the eyes that see it least. */
function nearest(tokens: ReadonlyMap<string, string>): number {
  const distances = pairs(COLOURED, COLOURED)
    .filter(([one, other]) => one < other)
    .flatMap(([one, other]) =>
      (["deuteranope", "protanope"] as const).map((eyes) =>
        apart(colour(tokens, one), colour(tokens, other), eyes),
      ),
    );
  return Math.min(...distances);
}

/** The tokens as the cascade leaves them on an element that wears all this. */
function worn(theme: string, palette: string, overlay = false): Map<string, string> {
  const here = new Set([`[data-theme="${theme}"]`, ":root"]);
  if (palette === "safe") {
    here.add('[data-palette="safe"]').add(`[data-theme="${theme}"][data-palette="safe"]`);
  }
  const selectors = [...here];
  if (overlay) selectors.push('[data-surface="overlay"]');
  if (overlay && palette === "safe") {
    selectors.push('[data-surface="overlay"][data-palette="safe"]');
  }
  const matching = blocks.filter((block) => block.selectors.some((one) => selectors.includes(one)));
  return new Map(matching.flatMap((block) => block.tokens));
}

interface Block {
  readonly selectors: readonly string[];
  readonly tokens: readonly (readonly [string, string])[];
}

function blocksOf(css: string): Block[] {
  const bare = css.replaceAll(/\/\*.*?\*\//gs, "");
  return [...bare.matchAll(/([^{}]+)\{([^}]*)\}/g)].map(([, selectors = "", body = ""]) => ({
    selectors: selectors.split(",").map((selector) => selector.trim()),
    tokens: [...body.matchAll(/--([a-z-]+):\s*([^;]+);/g)].map(
      ([, name = "", value = ""]) => [name, value] as const,
    ),
  }));
}

function ratio(tokens: ReadonlyMap<string, string>, one: string, other: string): number {
  return contrast(colour(tokens, one), colour(tokens, other));
}

function colour(tokens: ReadonlyMap<string, string>, name: string): Rgb {
  const value = tokens.get(name);
  if (!value?.match(/^#[0-9a-f]{6}$/)) throw new Error(`tokens.css has no colour --${name}`);
  return parse(value);
}

/** The channels of `rgb(1 2 3 / 4%)`. */
function channels(value: string): Rgb {
  const [red = NaN, green = NaN, blue = NaN] = (value.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** `74%` as a part of one. */
function alpha(percent: string): number {
  return parseFloat(percent) / 100;
}

function pairs<A, B>(ones: readonly A[], others: readonly B[]): [A, B][] {
  return ones.flatMap((one) => others.map((other): [A, B] => [one, other]));
}
