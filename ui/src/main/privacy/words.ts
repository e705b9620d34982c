import type { LeftBehind, Problem } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { Outcome } from "../../lib/privacy.svelte";

/** What came of it, a sentence each. */
export function outcomeInWords(outcome: Outcome): string[] {
  switch (outcome.is) {
    case "agreed":
      return [m.privacy_agreed_again({ server: outcome.server })];
    case "withdrawn":
      return [m.privacy_withdrawn()];
    case "exported": {
      const { events, path } = outcome.exported;
      return [m.privacy_exported({ count: events, path })];
    }
    case "renewed":
      return [m.privacy_renewed({ count: outcome.identity.kept })];
    case "erased": {
      const { servers, left } = outcome.erased;
      const there = servers.length > 0 ? [m.privacy_erased_servers({ count: servers.length })] : [];
      return [m.privacy_erased_here(), ...there, ...left.map(leftInWords)];
    }
  }
}

function leftInWords(left: LeftBehind): string {
  switch (left.what) {
    case "on_servers":
      return m.privacy_left_on_servers();
    case "game_configuration":
      return m.privacy_left_game_configuration();
    case "exports":
      return m.privacy_left_exports();
    case "other_files":
      return m.privacy_left_other_files({ folder: left.folder });
  }
}

/** What happened, what it means for the player's data, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  if (code === "match_runs") {
    const what = m.privacy_problem_match_runs();
    return { what, data: m.privacy_problem_data(), todo: m.privacy_problem_todo_match() };
  }
  if (code === "not_erased") {
    const what = m.privacy_problem_not_erased();
    return { what, data: m.privacy_problem_data_erase(), todo: m.privacy_problem_todo_erase() };
  }
  if (code === "partly_erased") {
    const what = m.privacy_problem_partly_erased();
    return { what, data: m.privacy_problem_data_partly(), todo: m.privacy_problem_todo_partly() };
  }
  const what = code === "not_running" ? m.privacy_problem_not_running() : m.privacy_problem_other();
  return { what, data: m.privacy_problem_data(), todo: m.privacy_problem_todo() };
}
