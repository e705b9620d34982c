import { m } from "../generated/paraglide/messages";

/** How a sentence names who took part; *you* is the player at this PC. */
export type Form = "nobody" | "by" | "byYou" | "of" | "ofYou" | "byOf" | "byYouOf" | "byOfYou";

/** Whoever stands in a sentence. */
export interface Actors {
  readonly attacker: string;
  readonly victim: string;
}

/** The sentences of one kind; every kind has the one that names nobody. */
export type Forms = Readonly<
  { nobody: () => string } & Partial<Record<Form, (actors: Actors) => string>>
>;

/** The sentences by kind of event. */
export const EVENT_WORDS = {
  match_started: { nobody: m.events_match_started },
  match_ended: { nobody: m.events_match_ended },
  round_started: { nobody: m.events_round_started },
  round_ended: { nobody: m.events_round_ended },
  kill: {
    nobody: m.events_kill,
    by: m.events_kill_by,
    byYou: m.events_kill_by_you,
    of: m.events_kill_of,
    ofYou: m.events_kill_of_you,
    byOf: m.events_kill_by_of,
    byYouOf: m.events_kill_by_you_of,
    byOfYou: m.events_kill_by_of_you,
  },
  death: { nobody: m.events_death, of: m.events_death_of, ofYou: m.events_death_of_you },
  knock: {
    nobody: m.events_knock,
    by: m.events_knock_by,
    byYou: m.events_knock_by_you,
    of: m.events_knock_of,
    ofYou: m.events_knock_of_you,
    byOf: m.events_knock_by_of,
    byYouOf: m.events_knock_by_you_of,
    byOfYou: m.events_knock_by_of_you,
  },
  revive: {
    nobody: m.events_revive,
    by: m.events_revive_by,
    byYou: m.events_revive_by_you,
    of: m.events_revive_of,
    ofYou: m.events_revive_of_you,
    byOf: m.events_revive_by_of,
    byYouOf: m.events_revive_by_you_of,
    byOfYou: m.events_revive_by_of_you,
  },
  first_blood: {
    nobody: m.events_first_blood,
    by: m.events_first_blood_by,
    byYou: m.events_first_blood_by_you,
  },
  multi_kill: {
    nobody: m.events_multi_kill,
    by: m.events_multi_kill_by,
    byYou: m.events_multi_kill_by_you,
    of: ({ victim }) => victim,
    byOf: m.events_multi_kill_by_of,
    byYouOf: m.events_multi_kill_by_you_of,
  },
  ace: { nobody: m.events_ace, by: m.events_ace_by, byYou: m.events_ace_by_you },
  objective_taken: {
    nobody: m.events_objective_taken,
    by: m.events_objective_taken_by,
    byYou: m.events_objective_taken_by_you,
    of: m.events_objective_taken_of,
    byOf: m.events_objective_taken_by_of,
    byYouOf: m.events_objective_taken_by_you_of,
  },
  structure_destroyed: {
    nobody: m.events_structure_destroyed,
    by: m.events_structure_destroyed_by,
    byYou: m.events_structure_destroyed_by_you,
    of: m.events_structure_destroyed_of,
    byOf: m.events_structure_destroyed_by_of,
    byYouOf: m.events_structure_destroyed_by_you_of,
  },
  bomb_planted: {
    nobody: m.events_bomb_planted,
    by: m.events_bomb_planted_by,
    byYou: m.events_bomb_planted_by_you,
  },
  bomb_defused: {
    nobody: m.events_bomb_defused,
    by: m.events_bomb_defused_by,
    byYou: m.events_bomb_defused_by_you,
  },
  bomb_exploded: { nobody: m.events_bomb_exploded },
  goal: { nobody: m.events_goal, by: m.events_goal_by, byYou: m.events_goal_by_you },
  shot: { nobody: m.events_shot, by: m.events_shot_by, byYou: m.events_shot_by_you },
  save: { nobody: m.events_save, by: m.events_save_by, byYou: m.events_save_by_you },
  demolition: {
    nobody: m.events_demolition,
    by: m.events_demolition_by,
    byYou: m.events_demolition_by_you,
    of: m.events_demolition_of,
    ofYou: m.events_demolition_of_you,
    byOf: m.events_demolition_by_of,
    byYouOf: m.events_demolition_by_you_of,
    byOfYou: m.events_demolition_by_of_you,
  },
  other: { nobody: m.events_other },
} satisfies Readonly<Record<string, Forms>>;
