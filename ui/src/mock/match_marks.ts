/** Invented events of one old match, told as a match's story tells them. */
import type { Lane, Mark, Part } from "../generated/bindings";
import { pick, random } from "./random";

export const YOU = { cs2: "76561198000000001", league: "Ana#EUW" } as const;
export type Game = keyof typeof YOU;

export const PLAYERS = [
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
const WEAPONS = [
  "weapon_ak47",
  "weapon_m4a1",
  "weapon_awp",
  "weapon_deagle",
  "weapon_hkp2000",
] as const;
const OBJECTIVES = ["dragon", "baron", "herald", "horde"] as const;
/** As League writes them, in the forms that it has had. */
const BUILDINGS = [
  "Turret_TOrder_L0_P2_2931042519",
  "Turret_T2_L_03_A",
  "Inhib_TChaos_L1_P1_1593305774",
  "Barracks_T2_C1",
] as const;
const MINION = "Minion_T200L2S13N0077";
export const ROUND_S = 96;

/** What an event of this match says; everything else is as for any. */
type Saying = Partial<Mark> & { readonly kind: string; readonly at_s: number };

/** A match of Counter-Strike: the game names nobody but the player. */
export function counterStrikeMarks(seed: number, began: number, rounds: number): Mark[] {
  const next = random(seed);
  const said: Saying[] = [];
  for (let round = 1; round <= rounds; round++) {
    const at_s = (round - 1) * ROUND_S;
    said.push({ kind: "round_started", at_s, round });
    const kills = Math.floor(next() * 3.4);
    for (let kill = 0; kill < kills; kill++) {
      const headshot = next() < 0.45;
      said.push({
        kind: "kill",
        at_s: at_s + 14 + kill * Math.ceil(next() * 19),
        round,
        part: "did",
        attacker: "Ana",
        weapon: pick(WEAPONS, next),
        headshot,
      });
    }
    if (next() < 0.5) said.push({ kind: "bomb_planted", at_s: at_s + 58, round });
    if (next() < 0.6) {
      said.push({ kind: "death", at_s: at_s + 70, round, part: "suffered", victim: "Ana" });
    }
    if (kills === 3) {
      said.push({
        kind: "multi_kill",
        at_s: at_s + 60,
        round,
        part: "did",
        attacker: "Ana",
        streak: 3,
      });
    }
    said.push({ kind: "round_ended", at_s: at_s + 90, round });
  }
  return marksOf("cs2", seed, began, rounds * ROUND_S, said, (at_s, round) =>
    round === null ? at_s / (rounds * ROUND_S) : (round - 1 + (at_s % ROUND_S) / ROUND_S) / rounds,
  );
}

/** A match of League: everybody has a name, and there is a clock. */
export function leagueMarks(seed: number, began: number, length_s: number): Mark[] {
  const next = random(seed);
  const said: Saying[] = [{ kind: "match_started", at_s: 25 }];
  for (let at_s = 150; at_s < length_s - 20; at_s += 12 + Math.floor(next() * 70)) {
    said.push(happening(at_s, next));
  }
  said.push({ kind: "match_ended", at_s: length_s });
  return marksOf("league", seed, began, length_s, said, (at_s) => at_s / length_s);
}

function happening(at_s: number, next: () => number): Saying {
  const what = next();
  const other = pick(PLAYERS, next);
  if (what < 0.2) return { kind: "kill", at_s, part: "did", attacker: "Ana", victim: other };
  if (what < 0.36) return { kind: "kill", at_s, part: "suffered", attacker: other, victim: "Ana" };
  if (what < 0.5) return assist(at_s, other, next);
  if (what < 0.56) {
    const named = pick(OBJECTIVES, next);
    return { kind: "objective_taken", at_s, attacker: other, named };
  }
  if (what < 0.65) {
    const victim = pick(BUILDINGS, next);
    return { kind: "structure_destroyed", at_s, attacker: other, victim };
  }
  if (what < 0.66) return { kind: "kill", at_s, part: "suffered", attacker: MINION, victim: "Ana" };
  if (what < 0.7) {
    return { kind: "multi_kill", at_s, part: "did", attacker: "Ana", streak: 2 };
  }
  return { kind: "kill", at_s, attacker: other, victim: another(other, next) };
}

function assist(at_s: number, attacker: string, next: () => number): Saying {
  const victim = another(attacker, next);
  return { kind: "kill", at_s, part: "helped", attacker, victim, assists: ["Ana"] };
}

function another(than: string, next: () => number): string {
  const victim = pick(PLAYERS, next);
  return victim === than ? "Kim" : victim;
}

function marksOf(
  game: Game,
  seed: number,
  began: number,
  length_s: number,
  said: readonly Saying[],
  place: (at_s: number, round: number | null) => number,
): Mark[] {
  const inOrder = [...said].sort((one, other) => one.at_s - other.at_s);
  const first_s = inOrder[0]?.at_s ?? 0;
  return inOrder.map(({ at_s, ...rest }, at): Mark => {
    const part = rest.part ?? "watched";
    return {
      event_id: `${game}-${String(seed)}-${String(at)}`,
      lane: laneOf(rest.kind, part),
      part,
      stage: "match",
      position: Math.min(1, place(Math.min(at_s, length_s), rest.round ?? null)),
      elapsed_ms: (at_s - first_s) * 1000,
      attacker: null,
      victim: null,
      assists: [],
      observer: YOU[game],
      round: null,
      match_clock_ms: game === "league" ? at_s * 1000 : null,
      seen: new Date(began + at_s * 1000).toISOString(),
      named: null,
      streak: null,
      weapon: null,
      headshot: null,
      inferred: false,
      ...rest,
    };
  });
}

const OBJECTIVE_KINDS = ["objective_taken", "structure_destroyed", "bomb_planted"];

function laneOf(kind: string, part: Part): Lane {
  if (OBJECTIVE_KINDS.includes(kind)) return "objectives";
  if (/^(match|round)_/.test(kind)) return "rounds";
  return part === "watched" ? "kills" : "you";
}
