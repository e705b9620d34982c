import type { FeedLine } from "../generated/bindings";
import { EVENT_WORDS, type Form, type Forms } from "./event_words";
import { isYou } from "./you";

/** A piece of a sentence; names and the player themself are set apart. */
export interface Piece {
  readonly text: string;
  readonly is: "words" | "name" | "you";
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
export function sentence(line: FeedLine): Piece[] {
  const forms = formsOf(line.kind);
  const form = wantedForms(line).find((wanted) => forms[wanted] !== undefined) ?? "nobody";
  return pieces(forms[form]?.(HOLES) ?? "", line);
}

/** The kinds are ours to know; the wire may bring others. */
function formsOf(kind: string): Forms {
  return KNOWN.get(kind) ?? EVENT_WORDS.other;
}

/** From the form that says most to the one that every kind has. */
function wantedForms(line: FeedLine): Form[] {
  const by: Form | null =
    line.attacker === null ? null : isYou(line.attacker, line) ? "byYou" : "by";
  const of: Form | null = line.victim === null ? null : isYou(line.victim, line) ? "ofYou" : "of";
  // Who dies by their own hand was killed: there is no "you killed you".
  if (of === "ofYou") return by === "by" ? ["byOfYou", of] : [of];
  if (by && of) return [by === "byYou" ? "byYouOf" : "byOf", by, of];
  return [by, of].filter((form) => form !== null);
}

function pieces(words: string, line: FeedLine): Piece[] {
  const parts = words.split(/([\uE000\uE001]|\*[^*]+\*)/).filter((part) => part !== "");
  return parts.map((part): Piece => {
    if (part === ATTACKER) return { is: "name", text: line.attacker ?? "" };
    if (part === VICTIM) return { is: "name", text: line.victim ?? "" };
    if (part.startsWith("*")) return { is: "you", text: part.slice(1, -1) };
    return { is: "words", text: part };
  });
}
