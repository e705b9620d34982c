import type { Mark } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { aside } from "./aside";
import { matchClock, timeOfDay } from "./format";
import { markOfPart, type Mark as MarkName } from "./mark";
import { type Piece, sentence, type Told } from "./sentence";

/** Stands for the player: a private character, so that no player's name is taken for it. */
const YOU = "\uE002";

/** The words and the shape of an event that a match's timeline draws. */
export function markSentence(mark: Mark): Piece[] {
  return sentence(toldOf(mark));
}

export function markShape(mark: Mark): MarkName {
  return markOfPart(mark.kind, mark.part);
}

/** The same as plain words, with what stands beside it. */
export function markWords(mark: Mark): string {
  const words = markSentence(mark).map(({ text }) => text);
  return [words.join(""), ...markAside(mark)].join(" · ");
}

/** What there is to say beside who and whom. */
export function markAside(mark: Mark): string[] {
  const stages = [
    mark.stage === "warm_up" ? m.matches_warm_up() : null,
    mark.stage === "started_over" ? m.matches_started_over() : null,
    mark.part === "helped" ? m.matches_you_helped() : null,
  ];
  const { weapon, headshot } = mark;
  return [
    ...stages.filter((said) => said !== null),
    ...aside({ ...toldOf(mark), weapon, headshot }),
  ];
}

/** When it was: on the game's clock where it has one, else at this PC. */
export function markTime(mark: Mark): string {
  return mark.match_clock_ms === null ? timeOfDay(mark.seen) : matchClock(mark.match_clock_ms);
}

/** Everything about it in one sentence, as a reader says it. */
export function markInFull(mark: Mark): string {
  const round = mark.round === null ? null : m.matches_round({ round: mark.round });
  return [markTime(mark), round, markWords(mark)].filter(Boolean).join(", ");
}

/** The story knows the player's part; only names are left to read. */
function toldOf(mark: Mark): Told {
  const { kind, part, named, streak } = mark;
  return {
    kind,
    named,
    streak,
    attacker: part === "did" ? YOU : mark.attacker,
    victim: part === "suffered" ? YOU : mark.victim,
    source: "",
    observer: YOU,
    you: null,
  };
}
