import type { Action, Concern, Problem, WhyNot } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { gameName } from "../../lib/game_name";
import type { NotBound } from "../../lib/settings.svelte";

export const ACTIONS: Readonly<Record<Action, () => string>> = {
  toggle_overlay: m.settings_action_toggle_overlay,
  edit_overlay: m.settings_action_edit_overlay,
  mark_chapter: m.settings_action_mark_chapter,
  pause_upload: m.settings_action_pause_upload,
};

const WHY_NOT: Readonly<Record<WhyNot, () => string>> = {
  unknown_key: m.settings_why_unknown_key,
  no_key: m.settings_why_no_key,
  several_keys: m.settings_why_several_keys,
  needs_ctrl_or_alt: m.settings_why_needs_ctrl_or_alt,
};

export function concernInWords(concern: Concern): string {
  if (concern === "writes_with_alt_gr") return m.settings_alt_gr();
  return m.settings_game_uses({ game: gameName(concern.game_uses) });
}

export function notBoundInWords({ why }: NotBound): string {
  switch (why.is) {
    case "used_for":
      return m.settings_used_for({ action: ACTIONS[why.action]() });
    case "reserved":
      return m.settings_reserved();
    case "not_a_hotkey":
      return WHY_NOT[why.why]();
  }
}

/** What happened, what it means for the player's data, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  const what =
    code === "settings"
      ? m.settings_problem_settings
      : code === "file"
        ? m.settings_problem_file
        : m.settings_problem_other;
  return { what: what(), data: m.settings_problem_data(), todo: m.settings_problem_todo() };
}
