import type { Mark } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { type Mark as MarkName } from "../../lib/mark";
import { markShape } from "../../lib/told_mark";

/** What a player wants to see or not, in the order in which it is offered. */
export const GROUPS = [
  "your_kills",
  "your_deaths",
  "your_assists",
  "multi_kills",
  "bomb",
  "objectives",
  "structures",
  "revives",
  "goals",
  "saves",
  "shots",
  "knocks",
  "demolitions",
  "others",
  "rest",
  "rounds",
] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_NAMES: Readonly<Record<Group, () => string>> = {
  your_kills: m.matches_group_your_kills,
  your_deaths: m.matches_group_your_deaths,
  your_assists: m.matches_group_your_assists,
  multi_kills: m.matches_group_multi_kills,
  bomb: m.matches_group_bomb,
  objectives: m.matches_group_objectives,
  structures: m.matches_group_structures,
  revives: m.matches_group_revives,
  goals: m.matches_group_goals,
  saves: m.matches_group_saves,
  shots: m.matches_group_shots,
  knocks: m.matches_group_knocks,
  demolitions: m.matches_group_demolitions,
  others: m.matches_group_others,
  rest: m.matches_group_rest,
  rounds: m.matches_group_rounds,
};

const BY_KIND: ReadonlyMap<string, Group> = new Map<string, Group>(
  Object.entries({
    multi_kill: "multi_kills",
    ace: "multi_kills",
    first_blood: "multi_kills",
    bomb_planted: "bomb",
    bomb_defused: "bomb",
    bomb_exploded: "bomb",
    objective_taken: "objectives",
    structure_destroyed: "structures",
    revive: "revives",
    goal: "goals",
    save: "saves",
    shot: "shots",
    knock: "knocks",
    demolition: "demolitions",
    match_started: "rounds",
    match_ended: "rounds",
    round_started: "rounds",
    round_ended: "rounds",
  } as const),
);

const YOURS: Readonly<Record<Mark["part"], Group>> = {
  did: "your_kills",
  suffered: "your_deaths",
  helped: "your_assists",
  watched: "others",
};

export function groupOf({ kind, part }: Mark): Group {
  if (kind === "kill" || kind === "death") return YOURS[part];
  return BY_KIND.get(kind) ?? "rest";
}

/** A group that a match has. */
export interface Grouped {
  readonly group: Group;
  readonly count: number;
  readonly shape: MarkName;
}

/** The groups that have marks, each with the shape of its first. */
export function grouped(marks: readonly Mark[]): Grouped[] {
  const found = new Map<Group, { count: number; shape: MarkName }>();
  for (const mark of marks) {
    const group = groupOf(mark);
    const known = found.get(group);
    if (known) known.count += 1;
    else found.set(group, { count: 1, shape: markShape(mark) });
  }
  return GROUPS.flatMap((group) => {
    const known = found.get(group);
    return known ? [{ group, ...known }] : [];
  });
}

/** Rounds are the picture's ground and no news; where nothing else is, they are shown. */
export function shownAtFirst(groups: readonly Grouped[]): Group[] {
  const news = groups.map(({ group }) => group).filter((group) => group !== "rounds");
  return news.length > 0 ? news : groups.map(({ group }) => group);
}
