import type {
  Action,
  Bound,
  HotkeysShown,
  Look as LookChosen,
  Problem,
  StartShown,
} from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does with the settings. */
export type SettingsIpc = Pick<
  Ipc,
  | "watchLook"
  | "lookChoose"
  | "startState"
  | "startAtLogin"
  | "closeToTray"
  | "hotkeysState"
  | "hotkeyBind"
  | "hotkeyTest"
  | "hotkeysWatch"
  | "hotkeysAsk"
  | "hotkeysConfigure"
>;

/** How the last press that was waited for went. */
export interface Tried {
  readonly action: Action;
  readonly is: "waiting" | "arrived" | "missed";
}

/** Why an action did not get the keys that were asked for. */
export interface NotBound {
  readonly action: Action;
  readonly why: Exclude<Bound, { is: "done" }>;
}

/** How Ringside looks and starts, and which keys do what. */
export class Settings {
  start = $state.raw<StartShown | null>(null);
  hotkeys = $state.raw<HotkeysShown | null>(null);
  problem = $state.raw<Problem | null>(null);
  tried = $state.raw<Tried | null>(null);
  notBound = $state.raw<NotBound | null>(null);
  /** The desktop's page of the keys was asked for in a match. */
  pageWaits = $state(false);

  readonly #ipc: SettingsIpc;

  constructor(ipc: SettingsIpc) {
    this.#ipc = ipc;
  }

  /** Looks at what is set now. */
  async look(): Promise<void> {
    const [start, hotkeys] = await Promise.all([this.#ipc.startState(), this.#ipc.hotkeysState()]);
    this.start = this.#done(start) ?? this.start;
    this.hotkeys = this.#done(hotkeys) ?? this.hotkeys;
    await this.#ipc.hotkeysWatch((shown) => (this.hotkeys = shown));
  }

  /** Every window wears it once the shell has kept it. */
  async choose(look: LookChosen): Promise<void> {
    this.#done(await this.#ipc.lookChoose(look));
  }

  async startAtLogin(on: boolean): Promise<void> {
    this.#done(await this.#ipc.startAtLogin(on));
    await this.#lookAtStart();
  }

  async closeToTray(on: boolean): Promise<void> {
    this.#done(await this.#ipc.closeToTray(on));
    await this.#lookAtStart();
  }

  /** Gives an action these keys; `null` switches them off. */
  async bind(action: Action, keys: string | null): Promise<void> {
    this.tried = null;
    const bound = this.#done(await this.#ipc.hotkeyBind(action, keys));
    this.notBound = bound === null || bound.is === "done" ? null : { action, why: bound };
    if (bound === null) return;
    this.hotkeys = this.#done(await this.#ipc.hotkeysState()) ?? this.hotkeys;
  }

  /** Waits for a press of an action's keys. */
  async try(action: Action): Promise<void> {
    this.tried = { action, is: "waiting" };
    const arrived = this.#done(await this.#ipc.hotkeyTest(action));
    if (this.tried.action === action) {
      this.tried = arrived === null ? null : { action, is: arrived ? "arrived" : "missed" };
    }
  }

  /** Asks the desktop for the hotkeys, where it decides on the keys. */
  async ask(): Promise<void> {
    this.#done(await this.#ipc.hotkeysAsk());
  }

  /** Opens the desktop's own page of the keys. */
  async configure(): Promise<void> {
    this.pageWaits = this.#done(await this.#ipc.hotkeysConfigure()) === false;
  }

  /** What is so, whatever was asked for: a switch shows nothing else. */
  async #lookAtStart(): Promise<void> {
    const { problem } = this;
    const start = await this.#ipc.startState();
    if (start.status === "ok") this.start = start.data;
    this.problem = problem;
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
