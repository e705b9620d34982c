/** What can be done with hotkeys where the desktop decides on the keys itself. */
import type { DeskState, HotkeysShown, HotkeyShown } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { keysInWords } from "./keys";

/** What the player can do with one hotkey. */
export interface RowMay {
  readonly change: boolean;
  readonly off: boolean;
  readonly try: boolean;
}

const NOTHING: RowMay = { change: false, off: false, try: false };

/** While the desktop answers, or where it gives none, there is nothing to choose. */
const CLOSED: readonly DeskState[] = ["looking", "missing", "not_installed", "asking"];

export function rowMay(shown: HotkeysShown, hotkey: HotkeyShown): RowMay {
  if (shown.place === "nowhere") return NOTHING;
  if (shown.place === "here") return { change: true, off: true, try: true };
  if (shown.desk === null || CLOSED.includes(shown.desk.state)) return NOTHING;
  // Keys that the desktop gave are changed in the desktop.
  const given = hotkey.given !== null && hotkey.keys !== null;
  return { change: !given, off: true, try: given };
}

/** The keys of an action: the desktop's words where it gave them. */
export function rowKeys(hotkey: HotkeyShown): string | null {
  if (hotkey.keys === null) return null;
  if (hotkey.given === null) return keysInWords(hotkey.keys);
  return hotkey.given.keys ?? m.settings_desk_keys_unsaid();
}

/** Whether the desktop gave others of the hotkeys, and not this one. */
export function isLeftOut(shown: HotkeysShown, hotkey: HotkeyShown): boolean {
  return shown.desk?.state === "given" && hotkey.keys !== null && hotkey.given === null;
}

/** How a trial goes of keys that only the desktop can name. */
export const TRIED_OF_DESK: Readonly<Record<"waiting" | "arrived" | "missed", () => string>> = {
  waiting: m.settings_desk_try_waiting,
  arrived: m.settings_desk_try_arrived,
  missed: m.settings_desk_try_missed,
};

export const DESK: Readonly<Record<DeskState, () => string>> = {
  looking: m.settings_desk_looking,
  missing: m.settings_desk_missing,
  not_installed: m.settings_desk_not_installed,
  not_asked: m.settings_desk_not_asked,
  after_match: m.settings_desk_after_match,
  asking: m.settings_desk_asking,
  given: m.settings_desk_given,
  refused: m.settings_desk_refused,
  withdrawn: m.settings_desk_withdrawn,
  closed: m.settings_desk_closed,
  failed: m.settings_desk_failed,
};

/** How a state is marked: by shape and colour. */
export const DESK_MARK: Readonly<Record<DeskState, "good" | "dim" | "warn" | "bad">> = {
  looking: "dim",
  missing: "warn",
  not_installed: "warn",
  not_asked: "dim",
  after_match: "dim",
  asking: "dim",
  given: "good",
  refused: "warn",
  withdrawn: "warn",
  closed: "bad",
  failed: "bad",
};

/** The words of the button that asks the desktop; `null` while there is nothing to ask. */
export function askInWords(state: DeskState): string | null {
  if (state === "looking") return null;
  return state === "not_asked" ? m.settings_desk_ask() : m.settings_desk_ask_again();
}

/** Whether the question is on its way: asking once more changes nothing. */
export function isAsked(state: DeskState): boolean {
  return state === "asking" || state === "after_match";
}
