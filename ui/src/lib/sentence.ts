import type { FeedLine } from "../generated/bindings";
import { EVENT_WORDS, type Form, type Forms } from "./event_words";
import { objectiveOf, otherOf, streakOf, structureOf, type Thing, thingOf } from "./game_words";
import { isYou } from "./you";

/** What a sentence is made of. */
export type Told = Pick<
  FeedLine,
  "kind" | "attacker" | "victim" | "source" | "observer" | "you" | "named" | "streak"
>;

/** A piece of a sentence; names and the player themself are set apart. */
export interface Piece {
  readonly text: string;
  readonly is: "words" | "name" | "you";
  /** What the game calls it, where that is no word of a player's. */
  readonly raw?: string;
}

/**
 * Stand in the sentence where the names go: private characters, which no
 * message has. So a name is never read as part of a message.
 */
const ATTACKER = "\uE000";
const VICTIM = "\uE001";
const KNOWN: ReadonlyMap<string, Forms> = new Map(Object.entries(EVENT_WORDS));
const HOLES = { attacker: ATTACKER, victim: VICTIM };

/** What happened, in the page's language. */
export function sentence(line: Told): Piece[] {
  const other = line.kind === "other" && line.named !== null ? otherOf(line.named) : null;
  if (other !== null) return [{ is: "words", text: other }];
  const forms = formsOf(line.kind);
  const things = thingsOf(line);
  const form = wantedForms(line, things).find((wanted) => forms[wanted] !== undefined) ?? "nobody";
  return begun(pieces(forms[form]?.(HOLES) ?? "", line, things, form));
}

/** Whether the sentence says what was taken, or how many were killed in a row. */
export function saysItself(line: Told): boolean {
  return objectOf(line) !== null;
}

/** The kinds are ours to know; the wire may bring others. */
function formsOf(kind: string): Forms {
  return KNOWN.get(kind) ?? EVENT_WORDS.other;
}

/** Whoever took part without a player's name. */
interface Things {
  readonly attacker: Thing | null;
  readonly victim: Thing | null;
}

function thingsOf(line: Told): Things {
  const victim = line.victim === null || isYou(line.victim, line) ? null : line.victim;
  return {
    attacker: line.attacker === null || isYou(line.attacker, line) ? null : thingOf(line.attacker),
    victim: objectOf(line) ?? (victim === null ? null : thingOf(victim)),
  };
}

/** What such an event is about where it is about no player. */
function objectOf({ kind, victim, named, streak }: Told): Thing | null {
  if (kind === "structure_destroyed") return victim === null ? null : structureOf(victim);
  if (kind === "objective_taken" && named !== null) return objectiveOf(named);
  return kind === "multi_kill" && streak !== null ? streakOf(streak) : null;
}

/** From the form that says most to the one that every kind has. */
function wantedForms(line: Told, things: Things): Form[] {
  const by: Form | null =
    line.attacker === null ? null : isYou(line.attacker, line) ? "byYou" : "by";
  const of = ofForm(line, things);
  // Who dies by their own hand was killed: there is no "you killed you".
  if (of === "ofYou") return by === "by" ? ["byOfYou", of] : [of];
  if (by && of) return [by === "byYou" ? "byYouOf" : "byOf", by, of];
  return [by, of].filter((form) => form !== null);
}

function ofForm(line: Told, { victim }: Things): "of" | "ofYou" | null {
  if (victim !== null) return "of";
  if (line.victim === null) return null;
  return isYou(line.victim, line) ? "ofYou" : "of";
}

function pieces(words: string, line: Told, things: Things, form: Form): Piece[] {
  const parts = words.split(/([\uE000\uE001]|\*[^*]+\*)/).filter((part) => part !== "");
  return parts.map((part): Piece => {
    if (part === ATTACKER) return actor(line.attacker, things.attacker, "who");
    // Alone it is what the sentence is about, else what something is done to.
    if (part === VICTIM) return actor(line.victim, things.victim, form === "of" ? "who" : "whom");
    if (part.startsWith("*")) return { is: "you", text: part.slice(1, -1) };
    return { is: "words", text: part };
  });
}

function actor(name: string | null, thing: Thing | null, as: "who" | "whom"): Piece {
  if (thing === null) return { is: "name", text: name ?? "" };
  return { is: "words", text: thing[as], raw: thing.raw };
}

/** Words of ours begin a sentence in capitals; a name stays as its player writes it. */
function begun([first, ...rest]: Piece[]): Piece[] {
  if (first?.is !== "words") return first ? [first, ...rest] : rest;
  return [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest];
}
