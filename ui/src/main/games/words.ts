import type {
  Change,
  ConfigFound,
  Edition,
  Game,
  Problem,
  ProblemCode,
  Undo,
} from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { GamesOutcome } from "../../lib/games.svelte";
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

/** What came of it, in one sentence. */
export function outcomeInWords(outcome: GamesOutcome): string {
  return outcome.is === "set_up" ? m.games_set_up_done() : UNDONE[outcome.how]();
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

/** What happened, what it means for the player's files, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  const other = { what: m.games_problem_other, todo: m.games_todo_restart };
  const { what, todo } = PROBLEMS[code] ?? other;
  return { what: what(), data: m.games_problem_data(), todo: todo() };
}
