import type { Mark, Whose } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";

/** What may become a chapter, as a player thinks of it. */
export type Sort = "fights" | "objectives" | "rounds" | "rest";

export const SORTS: Readonly<Record<Sort, () => string>> = {
  fights: m.matches_chapters_fights,
  objectives: m.matches_chapters_objectives,
  rounds: m.matches_chapters_rounds,
  rest: m.matches_chapters_rest,
};

const BY_KIND: ReadonlyMap<string, Sort> = new Map<string, Sort>(
  Object.entries({
    kill: "fights",
    death: "fights",
    knock: "fights",
    revive: "fights",
    first_blood: "fights",
    multi_kill: "fights",
    ace: "fights",
    demolition: "fights",
    bomb_planted: "objectives",
    bomb_defused: "objectives",
    bomb_exploded: "objectives",
    objective_taken: "objectives",
    structure_destroyed: "objectives",
    goal: "objectives",
    match_started: "rounds",
    match_ended: "rounds",
    round_started: "rounds",
    round_ended: "rounds",
  } as const),
);

function sortOf(kind: string): Sort {
  return BY_KIND.get(kind) ?? "rest";
}

/** The sorts that a match has; nobody has a part in the start of a round. */
export function sortsOf(marks: readonly Mark[], whose: Whose): Sort[] {
  const theirs = marks.filter(({ part }) => whose === "everybodys" || part !== "watched");
  const found = new Set(theirs.map(({ kind }) => sortOf(kind)));
  return (Object.keys(SORTS) as Sort[]).filter((sort) => found.has(sort));
}

/** The kinds of these sorts, as far as the match has them. */
export function pickOf(marks: readonly Mark[], sorts: readonly Sort[]): string[] {
  const kinds = new Set(marks.map(({ kind }) => kind));
  return [...kinds].filter((kind) => sorts.includes(sortOf(kind)));
}
