/** The settings of the mock: they change as asked, and nothing is kept. */
import type {
  Action,
  Bound,
  DeskShown,
  DeskState,
  HotkeyShown,
  HotkeysShown,
  Look,
  StartShown,
} from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { SettingsIpc } from "../lib/settings.svelte";
import { AS_THE_SYSTEM } from "../lib/worn.svelte";

const FIRST_DAY: readonly HotkeyShown[] = [
  hotkey("toggle_overlay", "Ctrl+Shift+F9"),
  hotkey("edit_overlay", "Ctrl+Shift+F8"),
  hotkey("mark_chapter", "Ctrl+Shift+F11"),
  hotkey("pause_upload", null),
];

/** In a scene that is troubled, keys are taken and hotkeys of the file unreadable. */
const TROUBLED: readonly HotkeyShown[] = [
  hotkey("toggle_overlay", "Ctrl+F3", { concerns: [{ game_uses: "cs2" }] }),
  hotkey("edit_overlay", "Ctrl+Shift+F8", { refused: "HotKey already registered" }),
  hotkey("mark_chapter", "Ctrl+Alt+Q", {
    concerns: [{ game_uses: "cs2" }, "writes_with_alt_gr"],
  }),
  hotkey("pause_upload", null),
];

/** What a desktop gave that decides on the keys itself: not all, and other keys. */
const GIVEN: readonly HotkeyShown[] = [
  hotkey("toggle_overlay", "Ctrl+Shift+F9", { given: { keys: "Press <Super>F9" } }),
  hotkey("edit_overlay", "Ctrl+Shift+F8"),
  hotkey("mark_chapter", "Ctrl+Shift+F11", { given: { keys: null } }),
  hotkey("pause_upload", null),
];

/** `desk` is where a desktop stands that decides on the keys itself, as Wayland has it. */
export function settingsOf(scene: string | null, desk: string | null = null): SettingsIpc {
  let look: Look = AS_THE_SYSTEM;
  let tell: (look: Look) => void = () => undefined;
  let start: StartShown = { at_login: false, close_to_tray: true, tray: scene !== "local" };
  let tellHotkeys: (shown: HotkeysShown) => void = () => undefined;
  const state = (desk ?? (scene === "local" ? "missing" : null)) as DeskState | null;
  const turn = (next: Partial<HotkeysShown>) => {
    shown = { ...shown, ...next };
    tellHotkeys(shown);
  };
  let shown: HotkeysShown = {
    place: state === null ? "here" : "wayland",
    desk: state === null ? null : deskIn(state),
    unreadable: scene === "troubled" ? "toggle_overlay and edit_overlay: the same" : null,
    hotkeys: [...(scene === "troubled" ? TROUBLED : state === "given" ? GIVEN : FIRST_DAY)],
  };
  return {
    watchLook: (_, told) => {
      tell = told;
      if (scene === "unreachable") return Promise.reject(new Error("the scene has no shell"));
      told(look);
      return Promise.resolve();
    },
    lookChoose: (chosen) => {
      look = chosen;
      tell(look);
      return ok(null);
    },
    startState: () => ok(start),
    startAtLogin: (on) => {
      start = { ...start, at_login: on };
      return ok(null);
    },
    closeToTray: (on) => {
      start = { ...start, close_to_tray: on };
      return ok(null);
    },
    hotkeysState: () => ok(shown),
    hotkeyBind: (action, keys) => {
      const taken = shown.hotkeys.find((other) => keys !== null && other.keys === keys);
      if (taken && taken.action !== action) {
        return ok<Bound>({ is: "used_for", action: taken.action });
      }
      const hotkeys = shown.hotkeys.map((one) =>
        one.action === action ? hotkey(action, keys) : one,
      );
      shown = { ...shown, unreadable: null, hotkeys };
      return ok<Bound>({ is: "done" });
    },
    hotkeyTest: () => ok(true),
    hotkeysWatch: (told) => {
      tellHotkeys = told;
      told(shown);
      return Promise.resolve();
    },
    hotkeysAsk: () => {
      turn({ desk: deskIn("given"), hotkeys: [...GIVEN] });
      return ok(true);
    },
    hotkeysConfigure: () => ok(false),
  };
}

function hotkey(action: Action, keys: string | null, more: Partial<HotkeyShown> = {}): HotkeyShown {
  return { action, keys, refused: null, given: null, concerns: [], ...more };
}

function deskIn(state: DeskState): DeskShown {
  return { state, configures: true, said: state === "failed" ? "Session is gone" : null };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}
