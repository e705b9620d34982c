/** An invented history: old matches of both games, each the same at every start. */
import type {
  Lane,
  Mark,
  MatchOutcome,
  MatchScore,
  Observer,
  OpenMatch,
  Recap,
  RoundSpan,
  Summary,
  Timeline,
  Uploads,
} from "../generated/bindings";
import { counterStrikeMarks, type Game, leagueMarks, PLAYERS, ROUND_S, YOU } from "./match_marks";
import { LEAGUE_LENGTH_S } from "./matches";
import { pick, random } from "./random";

const NEWEST = Date.parse("2026-11-22T18:21:00Z");
const HOUR_MS = 3_600_000;
const MAPS = ["de_mirage", "de_inferno", "de_nuke", "de_ancient", "de_dust2"] as const;
const LANES: readonly Lane[] = ["you", "kills", "objectives", "other", "rounds"];

/** What one match is made from. */
export interface Past {
  readonly key: string;
  readonly game: Game;
  readonly map: string;
  readonly seed: number;
  readonly began: number;
  /** Rounds won and lost; both 0 where the game has none. */
  readonly own: number;
  readonly other: number;
  readonly length_s: number;
}

/** So many matches, the newest first. */
export function history(count: number): Past[] {
  const next = random(2026);
  const all: Past[] = [];
  let began = NEWEST;
  for (let at = 0; at < count; at++) {
    all.push(past(at, began, next));
    // An evening has some matches, and not every day has an evening.
    began -= next() < 0.7 ? HOUR_MS * (0.7 + next() * 0.5) : HOUR_MS * (20 + next() * 30);
  }
  return all;
}

function past(seed: number, began: number, next: () => number): Past {
  const game = seed % 3 === 0 ? "league" : "cs2";
  const won = next() < 0.55;
  const few = Math.floor(next() * 12);
  const [own, other] = won ? [13, few] : [few, 13];
  const long_s = game === "cs2" ? (own + other) * ROUND_S : 1300 + Math.floor(next() * 1100);
  const length_s = seed === 0 ? LEAGUE_LENGTH_S : long_s;
  return {
    seed,
    game,
    began,
    length_s,
    map: game === "cs2" ? pick(MAPS, next) : next() < 0.8 ? "Map11" : "Map12",
    // The feed of the mock tells of the newest as well.
    key: seed === 0 ? "league:rift-1821" : `${game}:${String(10_000 + seed)}`,
    own: game === "cs2" ? own : 0,
    other: game === "cs2" ? other : 0,
  };
}

export function marksOf({ game, seed, began, own, other, length_s }: Past): Mark[] {
  return game === "cs2"
    ? counterStrikeMarks(seed, began, own + other)
    : leagueMarks(seed, began, length_s);
}

export function summaryOf(match: Past): Summary {
  const { key, game, map, began, length_s } = match;
  const marks = marksOf(match);
  const seen = (at_s: number) => new Date(began + at_s * 1000).toISOString();
  const clock = (at_s: number) => (game === "league" ? at_s * 1000 : null);
  return {
    key,
    game,
    map,
    mode: game === "cs2" ? "competitive" : "CLASSIC",
    first_seen: seen(0),
    last_seen: seen(length_s),
    started: { seen: seen(0), match_clock_ms: clock(0) },
    joined_late: match.seed % 17 === 5,
    ended: { seen: seen(length_s), match_clock_ms: clock(length_s) },
    rounds: game === "cs2" ? match.own + match.other : null,
    score: scoreOf(match),
    outcome: outcomeOf(match),
    duration: { of: "match", ms: length_s * 1000 },
    observers: [observerOf(game, marks)],
    players: game === "cs2" ? ["Ana"] : ["Ana#EUW", ...PLAYERS],
    kinds: [],
    events: marks.length + 2,
  };
}

export function opened(match: Past): OpenMatch {
  const marks = marksOf(match);
  const uploads: Uploads = { sent: marks.length + 2, waiting: 0, refused: 0 };
  return {
    summary: summaryOf(match),
    timeline: timelineOf(match, marks),
    table: { columns: [], rows: [] },
    recap: recapOf(match, marks, uploads),
    uploads,
    unused: { unreadable: 0, unknown_kind: 0, elsewhere: 0, repeated: 0 },
    left_out: 0,
    witnessed: null,
  };
}

function timelineOf(match: Past, marks: Mark[]): Timeline {
  const counted = LANES.map((lane) => ({
    lane,
    count: marks.filter((mark) => mark.lane === lane).length,
  }));
  return {
    axis:
      match.game === "cs2"
        ? { counts: "rounds" }
        : { counts: "match_clock", from_ms: 0, to_ms: match.length_s * 1000 },
    lanes: counted.filter(({ count }) => count > 0),
    rounds: match.game === "cs2" ? roundsOf(match) : [],
    marks,
    kinds: [],
  };
}

/** The winner wins the last round; before that, rounds are won and lost in turn. */
function roundsOf({ own, other, seed }: Past): RoundSpan[] {
  const next = random(seed + 1);
  const all = own + other;
  let [left, right] = [own, other];
  return Array.from({ length: all }, (_, at): RoundSpan => {
    const isLast = at === all - 1;
    const won = isLast ? left > 0 : next() < (left - (own > other ? 1 : 0)) / (all - at - 1);
    if (won) left -= 1;
    else right -= 1;
    return {
      number: at + 1,
      from: at / all,
      to: (at + 1) / all,
      stage: "match",
      winner: won ? "CT" : "T",
      result: won ? "won" : "lost",
      score: { by: "own", own: own - left, other: other - right },
    };
  });
}

function recapOf(match: Past, marks: Mark[], uploads: Uploads): Recap {
  const { key, game, map, own, other, length_s } = match;
  const event = (mark: Mark | undefined) => ({
    event_id: mark?.event_id ?? "",
    kind: mark?.kind ?? "other",
    when: { seen: mark?.seen ?? "", match_clock_ms: mark?.match_clock_ms ?? null },
  });
  const multi = marks.filter(({ kind }) => kind === "multi_kill");
  return {
    key,
    game,
    map,
    outcome: outcomeOf(match),
    score: scoreOf(match),
    rounds: game === "cs2" ? own + other : null,
    observers: [observerOf(game, marks)],
    multi_kills: multi.length > 0 ? [{ kills: multi[0]?.streak ?? null, times: multi.length }] : [],
    duration: { of: "match", ms: length_s * 1000 },
    first: event(marks[0]),
    last: event(marks.at(-1)),
    events: marks.length + 2,
    uploads,
  };
}

function outcomeOf({ game, own, other, seed }: Past): MatchOutcome {
  const isWon = game === "cs2" ? own > other : seed % 2 === 0;
  return isWon ? "won" : "lost";
}

function scoreOf({ game, own, other }: Past): MatchScore | null {
  return game === "cs2" ? { by: "own", own, other } : null;
}

function observerOf(game: Game, marks: readonly Mark[]): Observer {
  const count = (part: string, ...kinds: string[]) =>
    marks.filter((mark) => mark.part === part && kinds.includes(mark.kind)).length;
  const counted = {
    kills: count("did", "kill"),
    deaths: count("suffered", "kill", "death"),
    assists: game === "cs2" ? null : count("helped", "kill"),
  };
  return { account: YOU[game], name: "Ana", counted };
}
