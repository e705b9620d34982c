import type { FeedLine } from "../generated/bindings";
import { texts } from "./texts";
import { isYou } from "./you";

/** A piece of a sentence; names and the player themself are set apart. */
export interface Piece {
  readonly text: string;
  readonly is: "words" | "name" | "you";
}

type Form = "nobody" | "by" | "byYou" | "of" | "ofYou" | "byOf" | "byYouOf" | "byOfYou";

/** What happened, in the window's language. */
export function sentence(line: FeedLine): Piece[] {
  const forms = formsOf(line.kind);
  const template = wantedForms(line)
    .map((form) => forms[form])
    .find((text) => text !== undefined);
  return pieces(template ?? line.kind, line);
}

function formsOf(kind: string): Partial<Record<Form, string>> {
  const known: Readonly<Record<string, Partial<Record<Form, string>>>> = texts.events;
  return known[kind] ?? texts.events.other;
}

/** From the form that says most to the one that every kind has. */
function wantedForms(line: FeedLine): Form[] {
  const by: Form | null =
    line.attacker === null ? null : isYou(line.attacker, line) ? "byYou" : "by";
  const of: Form | null = line.victim === null ? null : isYou(line.victim, line) ? "ofYou" : "of";
  // Who dies by their own hand was killed: there is no "you killed you".
  if (of === "ofYou") return by === "by" ? ["byOfYou", of, "nobody"] : [of, "nobody"];
  if (by && of) return [by === "byYou" ? "byYouOf" : "byOf", by, of, "nobody"];
  return [...(by ? [by] : []), ...(of ? [of] : []), "nobody"];
}

function pieces(template: string, line: FeedLine): Piece[] {
  const parts = template.split(/(\{attacker\}|\{victim\}|\*[^*]+\*)/).filter((part) => part !== "");
  return parts.map((part): Piece => {
    if (part === "{attacker}") return { is: "name", text: line.attacker ?? "" };
    if (part === "{victim}") return { is: "name", text: line.victim ?? "" };
    if (part.startsWith("*")) return { is: "you", text: part.slice(1, -1) };
    return { is: "words", text: part };
  });
}
