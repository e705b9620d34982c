import type { Part as MarkPart } from "../generated/bindings";
import type { Told } from "./sentence";
import { yourPart } from "./you";

/** Every mark, the same wherever Ringside draws one. Each has a shape of its own. */
export const MARKS = [
  "multi-kill",
  "your-kill",
  "your-death",
  "your-assist",
  "bomb",
  "objective",
  "structure",
  "revive",
  "save",
  "goal",
  "kill",
  "round",
  "rest",
] as const;

/** Shape and colour of an event's mark. */
export type Mark = (typeof MARKS)[number];

const KILLS = ["kill", "knock", "demolition"];
const DEATHS = ["kill", "death", "knock", "demolition"];

const BY_KIND: ReadonlyMap<string, Mark> = new Map<string, Mark>(
  Object.entries({
    multi_kill: "multi-kill",
    first_blood: "multi-kill",
    ace: "multi-kill",
    kill: "kill",
    death: "kill",
    knock: "kill",
    demolition: "kill",
    bomb_planted: "bomb",
    bomb_defused: "bomb",
    bomb_exploded: "bomb",
    objective_taken: "objective",
    structure_destroyed: "structure",
    revive: "revive",
    save: "save",
    goal: "goal",
    match_started: "round",
    match_ended: "round",
    round_started: "round",
    round_ended: "round",
  } as const),
);

export function markOf(line: Told): Mark {
  return markOfPart(line.kind, yourPart(line));
}

/** The same where the player's part is known, which may be that they helped. */
export function markOfPart(kind: string, part: MarkPart): Mark {
  if (part === "helped" && KILLS.includes(kind)) return "your-assist";
  if (part === "suffered" && DEATHS.includes(kind)) return "your-death";
  if (part === "did" && KILLS.includes(kind)) return "your-kill";
  return BY_KIND.get(kind) ?? "rest";
}
