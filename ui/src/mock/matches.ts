/** Two invented matches, told as the companion tells them: the oldest line first. */
import type { FeedLine } from "../generated/bindings";
import { pick, random } from "./random";

const COUNTER_STRIKE_BEGAN = Date.parse("2026-11-22T19:02:10Z");
const LEAGUE_BEGAN = Date.parse("2026-11-22T18:21:00Z");
const YOU_IN_LEAGUE = "Ana#EUW";
const YOU_IN_COUNTER_STRIKE = "76561198000000001";
const PLAYERS = [
  "Ana",
  "Bo",
  "Çağla",
  "Dee",
  "Eve",
  "Flo",
  "Gil",
  "Håkon",
  "Łukasz",
  "Jun",
] as const;
const ROUND_S = 96;

interface Happening {
  readonly at_s: number;
  readonly kind: string;
  readonly attacker?: string;
  readonly victim?: string;
  readonly round?: number;
}

/** Counter-Strike names nobody but the player, and tells no clock. */
export function counterStrike(rounds: number): FeedLine[] {
  const next = random(7);
  const happened: Happening[] = [{ at_s: 0, kind: "match_started" }];
  for (let round = 1; round <= rounds; round++) {
    const began = 12 + (round - 1) * ROUND_S;
    happened.push({ at_s: began, kind: "round_started", round });
    happened.push(...roundOf(round, began, next));
    if (round < rounds) happened.push({ at_s: began + 90, kind: "round_ended", round });
  }
  return happened.map((what, at) => ({
    ...line(what, COUNTER_STRIKE_BEGAN),
    event_id: `cs2-${String(at)}`,
    source: "cs2",
    match_key: "cs2:mirage-1902",
    observer: YOU_IN_COUNTER_STRIKE,
  }));
}

function roundOf(round: number, began: number, next: () => number): Happening[] {
  const happened: Happening[] = [];
  const kills = Math.floor(next() * 3);
  for (let kill = 0; kill < kills; kill++) {
    const at_s = began + 18 + kill * 9;
    happened.push({ at_s, kind: "kill", attacker: "Ana", round });
  }
  if (next() < 0.5) happened.push({ at_s: began + 52, kind: "bomb_planted", round });
  if (next() < 0.55) happened.push({ at_s: began + 61, kind: "death", victim: "Ana", round });
  return happened;
}

/** League names everybody and has a clock. */
export function league(): FeedLine[] {
  const next = random(11);
  const happened: Happening[] = [{ at_s: 25, kind: "match_started" }];
  for (let at = 0; at < 16; at++) happened.push(fight(185 + at * 97, next));
  happened.push({ at_s: 1690, kind: "ace", attacker: "Ana" });
  happened.push({ at_s: 1762, kind: "match_ended" });
  return happened.map((what, at) => ({
    ...line(what, LEAGUE_BEGAN),
    event_id: `league-${String(at)}`,
    source: "league",
    match_key: "league:rift-1821",
    observer: YOU_IN_LEAGUE,
    match_clock_ms: what.at_s * 1000,
  }));
}

function fight(at_s: number, next: () => number): Happening {
  const what = next();
  const attacker = what < 0.5 ? "Ana" : pick(PLAYERS, next);
  if (what > 0.88) return { at_s, kind: "structure_destroyed", attacker };
  if (what > 0.76) return { at_s, kind: "objective_taken", attacker };
  const victim = pick(PLAYERS, next);
  return { at_s, kind: "kill", attacker, victim: victim === attacker ? "Ana" : victim };
}

function line(what: Happening, began: number) {
  return {
    kind: what.kind,
    attacker: what.attacker ?? null,
    victim: what.victim ?? null,
    round: what.round ?? null,
    match_clock_ms: null,
    time: new Date(began + what.at_s * 1000).toISOString(),
    saved: "saved" as const,
  };
}
