/** The history of the mock, and the server that answers for it. */
import type {
  EventWitnesses,
  Mark,
  MatchesPage,
  MatchSearch,
  Summary,
  Sure,
} from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { MatchesIpc } from "../lib/matches.svelte";
import { chaptersOf } from "./chapters";
import { history, marksOf, opened, type Past, summaryOf } from "./history";
import { random } from "./random";

/** As many as the look's picture has. */
export const MATCHES = 128;
/** Everybody of a match. */
const EXPECTED = 10;
/** The newest match is not final yet, and the one before it will be had later. */
const NOT_FINAL = 1;

export function matchesOf(server: string | null, count = MATCHES): MatchesIpc {
  let all = history(count);
  const find = (key: string) => all.find((match) => match.key === key);
  return {
    matchesPage: (search, before, limit) => {
      const fit = all.map(summaryOf).filter((summary) => fits(summary, search));
      const from = before === null ? 0 : fit.findIndex(({ key }) => key === before) + 1;
      const matches = fit.slice(from, from + limit);
      const next = from + limit < fit.length ? (matches.at(-1)?.key ?? null) : null;
      return ok<MatchesPage>({
        matches,
        next,
        found: fit.length,
        kept: all.length,
        given_up: 0,
        set_aside: null,
        erasing: [],
      });
    },
    matchOpen: (key) => {
      const match = find(key);
      return ok(match ? opened(match) : null);
    },
    matchChapters: (key, wish) => {
      const match = find(key);
      return ok(chaptersOf(match ? marksOf(match) : [], wish));
    },
    matchCsv: (key) => {
      const match = find(key);
      const events = match ? marksOf(match).length + 2 : 0;
      return ok({ path: `Downloads/Ringside/${key.replace(":", "-")}.csv`, events });
    },
    matchWitnesses: (key) => {
      const match = find(key);
      if (server === null) return ok({ is: "not_asked", why: "no_server" });
      if (!match || all.indexOf(match) < NOT_FINAL) return ok(notYet(match));
      return ok({ is: "here", is_final: true, witnessed: witnessed(match) });
    },
    matchErase: (key, where) => {
      const match = find(key);
      all = all.filter((one) => one !== match);
      return ok({
        here: match ? marksOf(match).length + 2 : 0,
        being_sent: 0,
        server: { is: where === "here" ? "not_wanted" : server === null ? "no_server" : "done" },
      });
    },
  };
}

function notYet(match: Past | undefined) {
  const ended = (match?.began ?? 0) + (match?.length_s ?? 0) * 1000;
  const after = (minutes: number) => new Date(ended + minutes * 60_000).toISOString();
  return { is: "not_yet", from: after(10), until: after(24 * 60) } as const;
}

function witnessed(match: Past) {
  const next = random(match.seed + 2);
  const marks = marksOf(match);
  const told = marks.filter(() => next() < 0.96).map((mark) => [mark.event_id, seen(mark, next)]);
  return {
    events: Object.fromEntries(told) as Record<string, EventWitnesses>,
    not_placed: marks.length - told.length,
    seen_by_others_only: 3,
  };
}

function seen(mark: Mark, next: () => number): EventWitnesses {
  const seen_by = next() < 0.75 ? 6 + Math.floor(next() * 5) : 1 + Math.floor(next() * 4);
  const sure: Sure =
    seen_by > 5 ? "certain" : seen_by > 3 ? "likely" : seen_by > 1 ? "doubted" : "only_you";
  const late = next() < 0.02;
  return { occurrence: `o-${mark.event_id}`, seen_by, expected: EXPECTED, sure, late };
}

/** Every word stands somewhere in the match. */
function fits(summary: Summary, { text, shown, places }: MatchSearch): boolean {
  const { game, map, mode, players, first_seen, outcome } = summary;
  const day = new Date(first_seen);
  const { weekdays, months, near } = places.days;
  const days = [weekdays[(day.getDay() + 6) % 7] ?? "", months[day.getMonth()] ?? ""];
  const date = first_seen.slice(0, 10);
  const own = [game, map ?? "", mode ?? "", outcome ?? "", ...players, date];
  own.push(...days, near[date] ?? "");
  const all = [...own, ...own.map((word) => shown[word] ?? "")].join(" ").toLowerCase();
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .every((word) => all.includes(word));
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}
