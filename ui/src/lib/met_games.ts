import type { SourceState, SourceStatus } from "../generated/bindings";
import { sourceStateInWords } from "./source_state";

/** What most come for: shown whether they were met or not. */
export const FIRST: readonly string[] = ["cs2", "league"];

/** A game that is there, whether it has told anything or not. */
const THERE: ReadonlySet<SourceState["is"]> = new Set([
  "loading",
  "in_match",
  "receiving",
  "connected",
  "following",
] as const);

/** Whether a game was met on this PC, or cannot be although it should be. */
export function wasMet({ source, state, frames, refused_posts, ...more }: SourceStatus): boolean {
  if (FIRST.includes(source) || frames > 0 || refused_posts > 0) return true;
  if ((more.games_off ?? []).length > 0) return true;
  return THERE.has(state.is) || sourceStateInWords(state).trouble;
}
