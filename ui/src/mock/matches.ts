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
const WEAPONS = ["weapon_ak47", "weapon_hkp2000", "weapon_knife_t"] as const;
const OBJECTIVES = ["dragon", "horde", "herald"] as const;
/** As League writes them, in the two forms that it has had. */
const BUILDINGS = ["Turret_TChaos_L0_P3_3182310218", "Turret_T2_L_03_A"] as const;
const MINION = "Minion_T200L2S13N0077";
const ROUND_S = 96;
/** The history has the same match. */
export const LEAGUE_LENGTH_S = 1762;

interface Happening {
  readonly at_s: number;
  readonly kind: string;
  readonly attacker?: string;
  readonly victim?: string;
  readonly round?: number;
  readonly named?: string;
  readonly streak?: number;
  readonly weapon?: string;
  readonly headshot?: boolean;
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
    you: null,
  }));
}

function roundOf(round: number, began: number, next: () => number): Happening[] {
  const happened: Happening[] = [];
  const kills = Math.floor(next() * 3);
  for (let kill = 0; kill < kills; kill++) {
    const at_s = began + 18 + kill * 9;
    const weapon = pick(WEAPONS, next);
    happened.push({ at_s, kind: "kill", attacker: "Ana", round, weapon, headshot: next() < 0.4 });
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
  happened.push({ at_s: 1668, kind: "kill", attacker: MINION, victim: "Ana" });
  happened.push({
    at_s: 1676,
    kind: "structure_destroyed",
    attacker: "Ana",
    victim: "Turret_TChaos_L0_P3_3182310218",
  });
  happened.push({ at_s: 1689, kind: "multi_kill", attacker: "Ana", streak: 2 });
  happened.push({ at_s: 1690, kind: "ace", attacker: "Ana" });
  happened.push({ at_s: LEAGUE_LENGTH_S, kind: "match_ended" });
  return happened.map((what, at) => ({
    ...line(what, LEAGUE_BEGAN),
    event_id: `league-${String(at)}`,
    source: "league",
    match_key: "league:rift-1821",
    observer: YOU_IN_LEAGUE,
    you: null,
    match_clock_ms: what.at_s * 1000,
  }));
}

function fight(at_s: number, next: () => number): Happening {
  const what = next();
  const attacker = what < 0.5 ? "Ana" : pick(PLAYERS, next);
  if (what > 0.88) {
    return { at_s, kind: "structure_destroyed", attacker, victim: pick(BUILDINGS, next) };
  }
  if (what > 0.76) {
    return { at_s, kind: "objective_taken", attacker, named: pick(OBJECTIVES, next) };
  }
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
    named: what.named ?? null,
    streak: what.streak ?? null,
    weapon: what.weapon ?? null,
    headshot: what.headshot ?? null,
    time: new Date(began + what.at_s * 1000).toISOString(),
    saved: "saved" as const,
  };
}
