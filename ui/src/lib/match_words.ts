/** A match in words: when, how long, how it ended, and what became of its events. */
import type { MatchOutcome, MatchScore, Observer, Uploads } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { formatCount, language } from "./language.svelte";
import type { UploadMark } from "./upload_state";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const OUTCOMES: Readonly<Record<MatchOutcome, () => string>> = {
  won: m.matches_won,
  lost: m.matches_lost,
  drawn: m.matches_drawn,
};

/** Every outcome's word by the wire's, for whoever looks for one. */
export function outcomeWords(): Record<string, string> {
  return Object.fromEntries(Object.entries(OUTCOMES).map(([outcome, word]) => [outcome, word()]));
}

export function outcomeWord(outcome: MatchOutcome): string {
  return OUTCOMES[outcome]();
}

/** `13 – 9`, the player's own side first where it is known; else `CT 13 – T 9`. */
export function scoreWords(score: MatchScore): string {
  if (score.by === "own") {
    return m.live_score({ own: formatCount(score.own), other: formatCount(score.other) });
  }
  const sides = score.sides.map(
    ({ side, points }) => `${side.toUpperCase()} ${formatCount(points)}`,
  );
  return sides.join(" – ");
}

/** `19 / 12 / 6`; a game that shows no assists has two numbers. */
export function tallyWords({ counted }: Observer): string {
  const counts = [counted.kills, counted.deaths, counted.assists];
  return counts
    .filter((count) => count !== null)
    .map((count) => formatCount(count))
    .join(" / ");
}

/** The same for a reader. */
export function tallyInFull({ counted: { kills, deaths, assists } }: Observer): string {
  const parts = [
    `${formatCount(kills)} ${m.live_kills()}`,
    `${formatCount(deaths)} ${m.live_deaths()}`,
    assists === null ? null : `${formatCount(assists)} ${m.live_assists()}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** `38 min`, and `1 hr 12 min` from the hour on. */
export function lengthWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [
    hours > 0 ? unit(hours, "hour") : null,
    hours === 0 || rest > 0 ? unit(rest, "minute") : null,
  ]
    .filter((part) => part !== null)
    .join(" ");
}

/** `20:14`. */
export function hourAndMinute(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return "";
  const format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return time.toLocaleTimeString(language.current, format);
}

/** The day at this PC, which tells days apart: `2026-11-22`. */
export function dayOf(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** The same at the beginning of a line: `Today`. */
export function dayTitle(day: string, now: Date): string {
  const words = dayName(day, now);
  return words.charAt(0).toLocaleUpperCase(language.current) + words.slice(1);
}

/** `today`, `yesterday`, and the whole date of any other day. */
export function dayName(day: string, now: Date): string {
  const midnight = (of: string) => new Date(`${of}T12:00:00`).getTime();
  const days = Math.round((midnight(day) - midnight(dayOf(now.toISOString()))) / DAY_MS);
  if (days === 0 || days === -1) {
    const named = new Intl.RelativeTimeFormat(language.current, { numeric: "auto" });
    return named.format(days, "day");
  }
  const whole = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  return new Date(midnight(day)).toLocaleDateString(language.current, whole);
}

/** What became of a match's events, as the mark and the words of the upload. */
export function uploadOf({ sent, waiting, refused }: Uploads): {
  readonly mark: UploadMark;
  readonly words: string;
} {
  if (refused > 0) return { mark: "trouble", words: m.matches_upload_refused({ count: refused }) };
  if (waiting > 0) return { mark: "moving", words: m.matches_upload_waiting({ count: waiting }) };
  if (sent > 0) return { mark: "fine", words: m.matches_upload_sent() };
  return { mark: "idle", words: m.matches_upload_none() };
}

function unit(count: number, name: "hour" | "minute"): string {
  const style = { style: "unit", unit: name, unitDisplay: "short" } as const;
  return new Intl.NumberFormat(language.current, style).format(count);
}
