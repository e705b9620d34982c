import { language } from "./language.svelte";

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** The game's own clock: `5:01`, `1:02:09`, and `-0:45` before it starts. */
export function matchClock(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const hours = Math.floor(seconds / HOUR_S);
  const minutes = Math.floor((seconds % HOUR_S) / MINUTE_S);
  const sign = ms < 0 && seconds > 0 ? "-" : "";
  const head = hours > 0 ? `${String(hours)}:${twoDigits(minutes)}` : String(minutes);
  return `${sign}${head}:${twoDigits(seconds % MINUTE_S)}`;
}

/** The time of day at this PC, to the second. */
export function timeOfDay(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return "";
  const format = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return time.toLocaleTimeString(language.current, { ...format, hourCycle: "h23" });
}

/** The day and the time at this PC, to the minute. */
export function dayAndTime(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return "";
  const format = { dateStyle: "medium", timeStyle: "short" } as const;
  return time.toLocaleString(language.current, format);
}

/** A length of time in its greatest whole unit: `45 sec`, `12 min`, `3 hr`. */
export function roughly(seconds: number): string {
  if (seconds < MINUTE_S) return inUnit(seconds, "second");
  if (seconds < HOUR_S) return inUnit(seconds / MINUTE_S, "minute");
  if (seconds < DAY_S) return inUnit(seconds / HOUR_S, "hour");
  return inUnit(seconds / DAY_S, "day");
}

function inUnit(count: number, unit: "second" | "minute" | "hour" | "day"): string {
  const style = { style: "unit", unit, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(language.current, style).format(Math.floor(count));
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}

/** Bytes in their greatest unit: `812 B`, `1.3 kB`, `4.8 MB`. */
export function bytes(count: number): string {
  const [unit, size] = UNITS.find(([, least]) => count >= least) ?? ["byte", 1];
  const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language.current, style).format(count / size);
}

const UNITS = [
  ["gigabyte", 1_000_000_000],
  ["megabyte", 1_000_000],
  ["kilobyte", 1000],
] as const;
