/** An invented mark for tests. */
import type { Mark } from "../generated/bindings";

export function mark(event_id: string, changes: Partial<Mark> = {}): Mark {
  return {
    event_id,
    kind: "kill",
    lane: "kills",
    part: "watched",
    stage: "match",
    position: 0,
    elapsed_ms: 0,
    attacker: null,
    victim: null,
    assists: [],
    observer: "Ana#EUW",
    round: null,
    match_clock_ms: null,
    seen: "2026-11-20T19:00:00Z",
    named: null,
    streak: null,
    weapon: null,
    headshot: null,
    inferred: false,
    ...changes,
  };
}
