import type { FeedLine } from "../generated/bindings";
import { yourPart } from "./you";

/** Shape and colour of an event's mark, the same wherever Ringside draws one. */
export type Mark = "your-kill" | "your-death" | "bomb" | "revive" | "round" | "rest";

const KILLS = ["kill", "knock", "first_blood", "multi_kill", "ace", "demolition"];
const DEATHS = ["kill", "death", "knock", "demolition"];
const ROUNDS = ["match_started", "match_ended", "round_started", "round_ended"];

export function markOf(line: FeedLine): Mark {
  const part = yourPart(line);
  if (part === "suffered" && DEATHS.includes(line.kind)) return "your-death";
  if (part === "did" && KILLS.includes(line.kind)) return "your-kill";
  if (line.kind.startsWith("bomb_")) return "bomb";
  if (line.kind === "revive") return "revive";
  return ROUNDS.includes(line.kind) ? "round" : "rest";
}
