import type {
  Advice,
  FileState,
  Game,
  LeagueClientHeard,
  Reachable,
  SourceDiagnosis,
  Verdict,
} from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import type { UploadMark } from "./upload_state";

/** How a game stands, in a word and a mark. */
export const VERDICTS: Readonly<Record<Verdict, { mark: UploadMark; name: () => string }>> = {
  switched_off: { mark: "idle", name: m.doctor_verdict_switched_off },
  turned_off: { mark: "paused", name: m.doctor_verdict_turned_off },
  not_found: { mark: "idle", name: m.doctor_verdict_not_found },
  not_set_up: { mark: "incomplete", name: m.doctor_verdict_not_set_up },
  troubled: { mark: "trouble", name: m.doctor_verdict_troubled },
  silent: { mark: "idle", name: m.doctor_verdict_silent },
  ready: { mark: "fine", name: m.doctor_verdict_ready },
};

/** Whether the player is waited for: such a game shows all of itself at once. */
export function waitsForPlayer(verdict: Verdict): boolean {
  return verdict === "not_set_up" || verdict === "troubled" || verdict === "turned_off";
}

/** What is said of a finding, and the system's own words beside it where there are any. */
export interface Finding {
  readonly words: string;
  /** In English. */
  readonly detail?: string;
}

export function reachableInWords(game: Game, reachable: Reachable): Finding {
  switch (reachable.is) {
    case "heard":
      return { words: m.doctor_heard(portOf(reachable)) };
    case "unheard":
      return { words: m.doctor_unheard(portOf(reachable)) };
    case "answers":
      return { words: m.doctor_answers(portOf(reachable)) };
    case "silent": {
      const silent = game === "league" ? m.doctor_silent_league : m.doctor_silent;
      return { words: silent(portOf(reachable)) };
    }
    case "writes":
      return { words: m.doctor_writes(reachable) };
    case "no_file":
      return { words: m.doctor_no_file(reachable) };
    case "no_folder":
      return { words: m.doctor_no_folder(reachable) };
    case "folder_unreadable":
      return { words: m.doctor_folder_unreadable(reachable), detail: reachable.detail };
    case "folder_unknown":
      return { words: m.doctor_folder_unknown() };
  }
}

/** A port is a name and not a number: no language puts dots into it. */
function portOf({ port }: { port: number }): { port: string } {
  return { port: String(port) };
}

export function adviceInWords(advice: Advice): Finding {
  switch (advice.is) {
    case "switch_on":
      return { words: m.doctor_switch_on() };
    case "see_why_unlisted":
      return { words: m.doctor_see_why_unlisted(), detail: advice.detail };
    case "write_file":
    case "change_file":
      return { words: m.doctor_set_up() };
    case "set_up_elsewhere":
      return { words: m.doctor_set_up_elsewhere() };
    case "start_game_once":
      return { words: m.doctor_start_game_once() };
    case "name_folder":
      return { words: m.doctor_name_folder(advice) };
    case "add_launch_option":
      return { words: m.doctor_add_launch_option(advice) };
    case "load_page":
      return { words: m.doctor_load_page(advice) };
    case "start_ringside":
      return { words: m.doctor_start_ringside(advice) };
  }
}

const LEAGUE_CLIENT: Readonly<Record<LeagueClientHeard["is"], () => string>> = {
  not_asked: m.doctor_league_client_not_asked,
  cannot_ask: m.doctor_league_client_cannot_ask,
  answers: m.doctor_league_client_answers,
  not_running: m.doctor_league_client_not_running,
  locked: m.doctor_league_client_locked,
  other_program: m.doctor_league_client_other_program,
  changed: m.doctor_league_client_changed,
};

export function leagueClientInWords(heard: LeagueClientHeard): Finding {
  const words = LEAGUE_CLIENT[heard.is]();
  return heard.is === "not_asked" ? { words } : { words, detail: heard.detail };
}

/** What lets the League client say which match runs; nothing where it does, or is not to. */
export function leagueClientTodo(heard: LeagueClientHeard): string | null {
  switch (heard.is) {
    case "not_asked":
    case "cannot_ask":
    case "answers":
      return null;
    case "not_running":
      return m.doctor_league_client_start();
    case "locked":
    case "other_program":
      return m.doctor_league_client_restart();
    case "changed":
      return m.doctor_league_client_switch_off();
  }
}

/** Whether the Games page is where it is done. */
export function isDoneOnGamesPage(advice: Advice): boolean {
  switch (advice.is) {
    case "switch_on":
    case "see_why_unlisted":
    case "write_file":
    case "change_file":
    case "set_up_elsewhere":
    case "start_game_once":
      return true;
    case "name_folder":
    case "add_launch_option":
    case "load_page":
    case "start_ringside":
      return false;
  }
}

const CONFIGS: Readonly<Record<FileState["is"], () => string>> = {
  missing: m.games_config_missing,
  current: m.games_config_current,
  differs: m.games_config_differs,
  unreadable: m.games_config_unreadable,
};

export function configInWords(state: FileState): Finding {
  const config = CONFIGS[state.is]();
  if (state.is === "unreadable") return { words: config, detail: state.reason };
  if (state.is === "differs" && state.line !== null) {
    return { words: m.doctor_config_at_line({ config, line: String(state.line) }) };
  }
  return { words: config };
}

/** Where a game is. */
export function placeInWords({ reachable, needs_file }: SourceDiagnosis): string {
  switch (reachable.is) {
    case "writes":
    case "no_file":
    case "folder_unreadable":
      return reachable.folder;
    case "no_folder":
    case "folder_unknown":
      return m.doctor_found_not();
    case "heard":
    case "unheard":
    case "answers":
    case "silent":
      return needs_file ? m.doctor_found_not() : m.doctor_found_by_itself();
  }
}
