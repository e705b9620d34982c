import type { FeedLine } from "../generated/bindings";
import { yourPart } from "./you";

/** Every mark, the same wherever Ringside draws one. Each has a shape of its own. */
export const MARKS = [
  "your-kill",
  "your-death",
  "bomb",
  "objective",
  "revive",
  "save",
  "goal",
  "round",
  "rest",
] as const;

/** Shape and colour of an event's mark. */
export type Mark = (typeof MARKS)[number];

const KILLS = ["kill", "knock", "first_blood", "multi_kill", "ace", "demolition"];
const DEATHS = ["kill", "death", "knock", "demolition"];

const BY_KIND: ReadonlyMap<string, Mark> = new Map<string, Mark>(
  Object.entries({
    bomb_planted: "bomb",
    bomb_defused: "bomb",
    bomb_exploded: "bomb",
    objective_taken: "objective",
    structure_destroyed: "objective",
    revive: "revive",
    save: "save",
    goal: "goal",
    match_started: "round",
    match_ended: "round",
    round_started: "round",
    round_ended: "round",
  } as const),
);

export function markOf(line: FeedLine): Mark {
  const part = yourPart(line);
  if (part === "suffered" && DEATHS.includes(line.kind)) return "your-death";
  if (part === "did" && KILLS.includes(line.kind)) return "your-kill";
  return BY_KIND.get(line.kind) ?? "rest";
}
