/** Where the marks of a match are drawn, and which of them the arrow keys come to. Pure. */
import type { Lane, Mark, TimelineAxis } from "../../generated/bindings";

/** Marks that are closer would hide each other: they are drawn as one. */
export const CLUSTER_PX = 8;
/** In a narrow picture most places hold several, and their numbers need room too. */
export const CLUSTER_NARROW_PX = 20;
/** As far from its middle a mark can be hit, where no other is nearer. */
const REACH_PX = 12;
/** Numbers below rounds or ticks that are closer run into each other. */
const LABEL_PX = 22;
const CLOCK_LABEL_PX = 56;

const MINUTE_MS = 60_000;
/** Steps between two ticks of a clock that people count in. */
const TICKS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440];

/** One or several marks at one place of a lane. */
export interface Spot {
  readonly lane: Lane;
  /** From the left end, in pixels. */
  readonly x: number;
  /** At least one, in the order of time. */
  readonly marks: readonly [Mark, ...Mark[]];
}

/** The spots of each lane, from the top; a lane without marks is left out. */
export function spotsOf(
  lanes: readonly Lane[],
  marks: readonly Mark[],
  width: number,
  apart_px = CLUSTER_PX,
): readonly (readonly Spot[])[] {
  const drawn = lanes.map((lane) =>
    clustered(
      lane,
      marks.filter((mark) => mark.lane === lane),
      width,
      apart_px,
    ),
  );
  return drawn.filter((spots) => spots.length > 0);
}

/** A cluster has a greatest width: what is farther from its first mark begins another. */
function clustered(lane: Lane, marks: readonly Mark[], width: number, apart_px: number): Spot[] {
  const spots: { lane: Lane; x: number; marks: [Mark, ...Mark[]] }[] = [];
  const byPlace = [...marks].sort((one, other) => one.position - other.position);
  for (const mark of byPlace) {
    const x = mark.position * width;
    const last = spots.at(-1);
    if (last && x - last.x < apart_px) last.marks.push(mark);
    else spots.push({ lane, x, marks: [mark] });
  }
  return spots;
}

/** How far to either side a spot can be hit without taking from its neighbours. */
export function reachOf(spots: readonly Spot[], at: number): number {
  const x = spots[at]?.x ?? 0;
  const gaps = [spots[at - 1], spots[at + 1]].map((other) => Math.abs((other?.x ?? Infinity) - x));
  return Math.min(REACH_PX, ...gaps.map((gap) => gap / 2));
}

/** Where an arrow leads: lane and spot by their numbers. */
export interface At {
  readonly lane: number;
  readonly spot: number;
}

/** The spot that a key leads to; `null` where the key leads nowhere. */
export function stepTo(key: string, at: At, lanes: readonly (readonly Spot[])[]): At | null {
  const last = (lanes[at.lane]?.length ?? 1) - 1;
  switch (key) {
    case "ArrowRight":
      return { lane: at.lane, spot: Math.min(at.spot + 1, last) };
    case "ArrowLeft":
      return { lane: at.lane, spot: Math.max(at.spot - 1, 0) };
    case "Home":
      return { lane: at.lane, spot: 0 };
    case "End":
      return { lane: at.lane, spot: last };
    case "ArrowDown":
      return across(at, at.lane + 1, lanes);
    case "ArrowUp":
      return across(at, at.lane - 1, lanes);
    default:
      return null;
  }
}

/** The spot of another lane that lies nearest; where there is no lane, one stays. */
function across(at: At, lane: number, lanes: readonly (readonly Spot[])[]): At {
  const from = lanes[at.lane]?.[at.spot];
  const there = lanes[lane];
  if (!from || !there) return at;
  const distances = there.map((spot) => Math.abs(spot.x - from.x));
  return { lane, spot: distances.indexOf(Math.min(...distances)) };
}

/** The spot that stands for an event, where it is drawn. */
export function spotOf(eventId: string, lanes: readonly (readonly Spot[])[]): At | null {
  for (const [lane, spots] of lanes.entries()) {
    const spot = spots.findIndex(({ marks }) => marks.some((mark) => mark.event_id === eventId));
    if (spot >= 0) return { lane, spot };
  }
  return null;
}

/** Which of so many rounds get their number: each, every second, fifth or tenth. */
export function numberedEvery(rounds: number, width: number): number {
  const steps = [1, 2, 5, 10, 20, 50];
  return steps.find((step) => (width / Math.max(rounds, 1)) * step >= LABEL_PX) ?? 100;
}

/** A line of a clock: where it is, from 0 to 1, and its time. */
export interface Tick {
  readonly at: number;
  readonly ms: number;
}

/** The ticks of a clock's axis; times of day where it is this PC's, else times of the game. */
export function ticksOf(axis: TimelineAxis, width: number): Tick[] {
  if (axis.counts === "rounds") return [];
  const [from, to] =
    axis.counts === "match_clock"
      ? [axis.from_ms, axis.to_ms]
      : [Date.parse(axis.from), Date.parse(axis.to)];
  if (!(to > from)) return [];
  const fits = (step: number) => ((step * MINUTE_MS) / (to - from)) * width >= CLOCK_LABEL_PX;
  const step = (TICKS_MIN.find(fits) ?? (to - from) / MINUTE_MS) * MINUTE_MS;
  const ticks: Tick[] = [];
  // Begun below zero, the first would be a negative zero.
  for (let ms = Math.ceil(from / step) * step + 0; ms <= to; ms += step) {
    ticks.push({ ms, at: (ms - from) / (to - from) });
  }
  return ticks;
}
