/** The player's clock and words for days, for whoever looks for a match by its day. */
import type { OffsetSince, Places } from "../generated/bindings";
import { language } from "./language.svelte";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Between two looks at the clock's offset: nobody changes clocks twice in that time. */
const STEP_DAYS = 28;
/** So far back: longer than a history reaches that anybody searches by day. */
const YEARS_BACK = 10;
/** A Monday, at noon. */
const MONDAY = Date.UTC(2024, 0, 1, 12);

export function placesAt(now_ms: number): Places {
  return {
    offsets: offsetsUntil(now_ms),
    days: { weekdays: weekdays(), months: months(), near: nearDays(now_ms) },
  };
}

/** How far this PC's clock is ahead of UTC at a moment, in minutes. */
export function utcOffsetMin(at_ms: number): number {
  return -new Date(at_ms).getTimezoneOffset();
}

/** Every change of the clock, the earliest first. */
export function offsetsUntil(
  now_ms: number,
  offsetAt: (at_ms: number) => number = utcOffsetMin,
): OffsetSince[] {
  const from_ms = now_ms - YEARS_BACK * 366 * DAY_MS;
  const found: OffsetSince[] = [{ from_ms, minutes: offsetAt(from_ms) }];
  for (let before = from_ms; before < now_ms; before += STEP_DAYS * DAY_MS) {
    const after = Math.min(before + STEP_DAYS * DAY_MS, now_ms);
    const minutes = offsetAt(after);
    if (minutes !== offsetAt(before)) {
      found.push({ from_ms: changeBetween(before, after, offsetAt), minutes });
    }
  }
  return found;
}

/** To the minute: the first at which the clock shows the later offset. */
function changeBetween(before: number, after: number, offsetAt: (at_ms: number) => number): number {
  const later = offsetAt(after);
  let [low, high] = [Math.floor(before / MINUTE_MS), Math.ceil(after / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === later) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

function weekdays(): string[] {
  const format = new Intl.DateTimeFormat(language.current, { weekday: "long", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, day) => format.format(MONDAY + day * DAY_MS));
}

function months(): string[] {
  const format = new Intl.DateTimeFormat(language.current, { month: "long", timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2024, month, 15)));
}

/** Today and yesterday by their dates here, as the headings call them. */
function nearDays(now_ms: number): Record<string, string> {
  const named = new Intl.RelativeTimeFormat(language.current, { numeric: "auto" });
  const today = new Date(now_ms);
  const near = [0, -1].map((days): [string, string] => {
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, 12);
    return [dateOf(day), named.format(days, "day")];
  });
  return Object.fromEntries(near);
}

function dateOf(day: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(day.getFullYear())}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
