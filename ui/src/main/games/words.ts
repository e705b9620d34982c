import type {
  Change,
  ConfigFound,
  Edition,
  Game,
  LeftKey,
  ProblemCode,
  Undo,
} from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { GamesOutcome, GamesProblem } from "../../lib/games.svelte";
import type { UploadMark } from "../../lib/upload_state";

/** How the file that makes a game report here is. */
export const CONFIGS: Readonly<Record<ConfigFound, { mark: UploadMark; name: () => string }>> = {
  missing: { mark: "idle", name: m.games_config_missing },
  current: { mark: "fine", name: m.games_config_current },
  differs: { mark: "paused", name: m.games_config_differs },
  unreadable: { mark: "trouble", name: m.games_config_unreadable },
};

export const EDITIONS: Readonly<Record<Edition, () => string>> = {
  cs2: m.games_name_cs2,
  csgo: m.games_edition_csgo,
  dota2: m.games_name_dota2,
  rocket_league: m.games_name_rocket_league,
  hearthstone: m.games_name_hearthstone,
};

/** How a game comes to tell Ringside anything. */
export type Telling =
  /** A file of ours, or lines in one of its own, makes it report. */
  | { is: "set_up"; folder: () => string; more?: () => string }
  /** It does so by itself. */
  | { is: "by_itself"; how: () => string };

export const TELLING: Readonly<Record<Game, Telling>> = {
  cs2: { is: "set_up", folder: m.games_folder_hint_cs2 },
  dota2: { is: "set_up", folder: m.games_folder_hint_dota2, more: m.games_more_dota2 },
  rocket_league: { is: "set_up", folder: m.games_folder_hint_rocket_league },
  hearthstone: { is: "set_up", folder: m.games_folder_hint_hearthstone },
  league: { is: "by_itself", how: m.games_nothing_to_set_up },
  elite: { is: "by_itself", how: m.games_follows_journal },
  overwolf: { is: "by_itself", how: m.games_load_page },
};

export const CHANGES: Readonly<Record<Change, () => string>> = {
  nothing: m.games_change_nothing,
  create: m.games_change_create,
  replace: m.games_change_replace,
};

const UNDONE: Readonly<Record<Undo, () => string>> = {
  removed: m.games_undone_removed,
  restored: m.games_undone_restored,
  keys_restored: m.games_undone_keys_restored,
  nothing: m.games_undone_nothing,
};

/** What undoing a setup does to a file, before it is done. */
export const UNDOES: Readonly<Record<Undo, () => string>> = {
  removed: m.games_undoes_removed,
  restored: m.games_undoes_restored,
  keys_restored: m.games_undoes_keys_restored,
  nothing: m.games_undoes_nothing,
};

/** What is somebody else's by now, as the file has it; nothing where there is none. */
export function leftInWords(left: readonly LeftKey[]): string | null {
  if (left.length === 0) return null;
  const keys = left.map(({ section, key }) => (section === "" ? key : `[${section}] ${key}`));
  return m.games_left({ keys: keys.join(", ") });
}

/** What came of it. */
export function outcomeInWords(outcome: GamesOutcome): string {
  if (outcome.is === "set_up") return m.games_set_up_done();
  const { how, left } = outcome.undone;
  const alone = leftInWords(left);
  if (alone === null) return UNDONE[how]();
  // Nothing was done to it, and it is not as it was.
  return how === "nothing" ? alone : `${UNDONE[how]()} ${alone}`;
}

interface Words {
  readonly what: () => string;
  readonly todo: () => string;
}

const PROBLEMS: Readonly<Partial<Record<ProblemCode, Words>>> = {
  not_the_game: { what: m.games_problem_not_the_game, todo: m.games_todo_not_the_game },
  changed_since: { what: m.games_problem_changed_since, todo: m.games_todo_changed_since },
  backup_gone: { what: m.games_problem_backup_gone, todo: m.games_todo_backup_gone },
  denied: { what: m.games_problem_denied, todo: m.games_todo_denied },
  no_room: { what: m.games_problem_no_room, todo: m.games_todo_no_room },
  settings: { what: m.games_problem_settings, todo: m.games_todo_settings },
  not_running: { what: m.games_problem_not_running, todo: m.games_todo_restart },
};

/** The same where a setup was to be undone. */
const UNDOING: Readonly<Partial<Record<ProblemCode, Words>>> = {
  changed_since: { what: m.games_problem_changed_since, todo: m.games_todo_changed_since_undo },
};

/** What happened, what it means for the player's files, what to do. */
export function problemInWords({ code, undoing, partly }: GamesProblem): {
  what: string;
  data: string;
  todo: string;
} {
  const other = { what: m.games_problem_other, todo: m.games_todo_restart };
  const { what, todo } = (undoing === true ? UNDOING[code] : undefined) ?? PROBLEMS[code] ?? other;
  const data = partly === true ? m.games_problem_data_partly : m.games_problem_data;
  return { what: what(), data: data(), todo: todo() };
}
