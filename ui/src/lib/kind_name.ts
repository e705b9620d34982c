import { m } from "../generated/paraglide/messages";
import { EVENT_WORDS, type Forms } from "./event_words";

const WORDS: ReadonlyMap<string, Forms> = new Map(Object.entries(EVENT_WORDS));
/** Kinds that are no happening, and stand in no sentence. */
const OTHERS: ReadonlyMap<string, () => string> = new Map([
  ["session_evidence", m.queue_kind_session_evidence],
  ["sequence_gap", m.queue_kind_sequence_gap],
]);

/** An event's kind in the page's language, of a type such as `ringside.kill.v1`. */
export function kindName(type: string | null): string {
  if (type === null) return m.queue_unreadable();
  const kind = /^ringside\.(\w+)\.v\d+$/.exec(type)?.[1] ?? "";
  return OTHERS.get(kind)?.() ?? WORDS.get(kind)?.nobody() ?? type;
}
