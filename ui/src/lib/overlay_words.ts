import type { Along, Anchor, OverlayLook, Seen, Side, Why } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { language } from "./language.svelte";

/** Where the overlay stands, from left to right and from top to bottom. */
export function placeInWords(look: Pick<OverlayLook, "across" | "down">): string {
  const across = along(look.across, {
    start: [m.overlay_left, m.overlay_from_left],
    end: [m.overlay_right, m.overlay_from_right],
    middle: m.overlay_middle_across,
    before: m.overlay_left_of_middle,
    after: m.overlay_right_of_middle,
  });
  const down = along(look.down, {
    start: [m.overlay_top, m.overlay_from_top],
    end: [m.overlay_bottom, m.overlay_from_bottom],
    middle: m.overlay_middle_down,
    before: m.overlay_above_middle,
    after: m.overlay_below_middle,
  });
  return `${across}, ${down}`;
}

/** How it looks there. */
export function looksInWords({ monitor, scale, opacity }: OverlayLook): string {
  const looks = m.overlay_looks({ scale: percent(scale), opacity: percent(opacity) });
  return monitor === "" ? looks : `${monitor} · ${looks}`;
}

/** A number of percent the language's way: `74 %`. */
export function percent(value: number): string {
  const style = { style: "percent", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language.current, style).format(value / 100);
}

const HIDDEN: Readonly<Record<Why, () => string>> = {
  page_silent: m.overlay_hidden_silent,
  in_obs_only: m.overlay_hidden_obs,
  not_wanted: m.overlay_hidden_nowhere,
  switched_off: m.overlay_hidden_off,
  nothing_to_show: m.overlay_hidden_nothing,
  game_minimised: m.overlay_hidden_minimised,
  game_covered: m.overlay_hidden_covered,
  in_play: m.overlay_hidden_play,
};

/** Whether it is seen at the moment, and if not, why. */
export function seenInWords(seen: Seen): string {
  return seen === "shown" ? m.overlay_seen() : HIDDEN[seen.hidden]();
}

const SIDES: readonly Side[] = ["start", "middle", "end"];

/** The nine fields of a monitor, row by row. */
export const ANCHORS: readonly Anchor[] = SIDES.flatMap((down) =>
  SIDES.map((across) => ({ across, down })),
);

/** A field of the monitor in words. */
export function anchorInWords({ across, down }: Anchor): string {
  return placeInWords({ across: edge(across), down: edge(down) });
}

/** In which field it stands. */
export function anchorOf({ across, down }: Pick<OverlayLook, "across" | "down">): Anchor {
  return { across: sideOf(across), down: sideOf(down) };
}

function edge(side: Side): Along {
  if (side === "start") return { start: 0 };
  return side === "end" ? { end: 0 } : { middle: 0 };
}

function sideOf(along: Along): Side {
  if ("start" in along) return "start";
  return "end" in along ? "end" : "middle";
}

type Words = () => string;
type WordsOf = (of: { percent: string }) => string;

interface Axis {
  readonly start: readonly [at: Words, from: WordsOf];
  readonly end: readonly [at: Words, from: WordsOf];
  readonly middle: Words;
  readonly before: WordsOf;
  readonly after: WordsOf;
}

function along(place: Along, words: Axis): string {
  if ("start" in place) return fromSide(place.start, words.start);
  if ("end" in place) return fromSide(place.end, words.end);
  if (Math.round(place.middle) === 0) return words.middle();
  const beside = place.middle < 0 ? words.before : words.after;
  return beside({ percent: percent(Math.abs(place.middle)) });
}

function fromSide(away: number, [at, from]: readonly [Words, WordsOf]): string {
  return Math.round(away) === 0 ? at() : from({ percent: percent(away) });
}
