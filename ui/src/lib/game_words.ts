/**
 * Words that players know for what games call by names of their own: League's buildings,
 * minions and monsters, and its objectives. Pure tables; the raw names stay as details.
 */
import { m } from "../generated/paraglide/messages";

/** Something that has no player's name, as a sentence's subject and as its object. */
export interface Thing {
  readonly who: string;
  readonly whom: string;
  /** What the game calls it. */
  readonly raw: string;
}

/** The side of the map that something belongs to: League's colours for its teams. */
type Side = "blue" | "red" | "unknown";
type Words = (inputs: { side: Side; as: "who" | "whom" }) => string;

/**
 * What League's names begin with, up to where the team stands. Buildings have had two
 * forms: `Turret_T2_L_03_A`, `Barracks_T2_C1` and, since October 2025,
 * `Turret_TOrder_L0_P3_3795288474`, `Inhib_TOrder_L1_P1_2786523670`.
 */
const THINGS: readonly (readonly [RegExp, Words])[] = [
  [/^Turret_(?:T1|T2|TOrder|TChaos|Order|Chaos)/, m.words_turret],
  [/^(?:Inhib|Barracks)_(?:T1|T2|TOrder|TChaos)/, m.words_inhibitor],
  [/^Minion_T[12]00/, m.words_minion],
  [/^(?:HQ|Nexus)_(?:T1|T2|TOrder|TChaos)/, m.words_nexus],
  [/^SRU_/i, m.words_monster],
  // Whatever else the game writes in that way is no player either.
  [/^[A-Z][A-Za-z]*_(?:T1|T2|TOrder|TChaos|T[12]00)(?:_|L\d|$)/, m.words_thing],
];

const BLUE = /_(?:T1|TOrder|Order|T100)/;
const RED = /_(?:T2|TChaos|Chaos|T200)/;

const OBJECTIVES: ReadonlyMap<string, Words> = new Map<string, Words>(
  Object.entries({
    dragon: m.words_dragon,
    herald: m.words_herald,
    baron: m.words_baron,
    horde: m.words_horde,
    atakhan: m.words_atakhan,
  }),
);

/** What League tells beside the kinds of event that there are. */
const OTHERS: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    MinionsSpawning: m.words_minions_spawning,
    FirstBrick: m.words_first_turret,
    InhibRespawningSoon: m.words_inhibitor_soon,
    InhibRespawned: m.words_inhibitor_back,
  }),
);

const STREAKS: ReadonlyMap<number, Words> = new Map<number, Words>([
  [2, m.words_double_kill],
  [3, m.words_triple_kill],
  [4, m.words_quadra_kill],
  [5, m.words_penta_kill],
]);

/** What stands behind a name that is nobody's; `null` where it may be a player's. */
export function thingOf(name: string): Thing | null {
  const words = THINGS.find(([form]) => form.test(name))?.[1];
  return words ? thing(words, name, sideOf(name)) : null;
}

/** A building that fell; one of a name that is new is a building nevertheless. */
export function structureOf(name: string): Thing {
  return thingOf(name) ?? thing(m.words_structure, name);
}

/** What was taken; a word that is new stands as the game writes it. */
export function objectiveOf(named: string): Thing {
  const words = OBJECTIVES.get(named);
  return words ? thing(words, named) : { who: named, whom: named, raw: named };
}

/** So many kills in a row, where they have a word. */
export function streakOf(kills: number): Thing | null {
  const words = STREAKS.get(kills);
  return words ? thing(words, String(kills)) : null;
}

const STREAK_WORDS: ReadonlyMap<number, () => string> = new Map([
  [2, m.words_double],
  [3, m.words_triple],
  [4, m.words_quadra],
  [5, m.words_penta],
]);

/** The same as a heading: `Triple kill`. */
export function streakWord(kills: number): string | null {
  return STREAK_WORDS.get(kills)?.() ?? null;
}

/** What a kind has no word for, where players do. */
export function otherOf(named: string): string | null {
  return OTHERS.get(named)?.() ?? null;
}

function thing(words: Words, raw: string, side: Side = "unknown"): Thing {
  return { who: words({ side, as: "who" }), whom: words({ side, as: "whom" }), raw };
}

function sideOf(name: string): Side {
  if (BLUE.test(name)) return "blue";
  return RED.test(name) ? "red" : "unknown";
}
