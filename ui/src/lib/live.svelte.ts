import type { FeedLine, LiveUpdate, Running, Status } from "../generated/bindings";
import { remember } from "./feed";
import type { Ipc } from "./ipc";

const NOTHING_KNOWN: Status = {
  capture: { state: "starting" },
  sources: [],
  upload: {
    pending: 0,
    in_flight: 0,
    settled: 0,
    quarantined: 0,
    pruned: 0,
    lost: 0,
    not_saved: 0,
    kept: 0,
    oldest_pending_age_s: null,
    next_attempt_in_s: null,
    aside_in_s: null,
    asked_again_in_s: null,
    paused: null,
    paused_reason: null,
    held: false,
    server: null,
  },
  recording_problem: null,
  history_problem: null,
  programs_problem: null,
};

const NO_MATCH: Running = { glance: null, source: null, chapters: 0 };

/** Whether the page knows what is shown: asking, told, or out of the shell's reach. */
export type Reach = "asking" | "told" | "unreachable";

/** What a page shows, kept true by the shell's news. */
export class Live {
  feed = $state.raw<readonly FeedLine[]>([]);
  running = $state.raw<Running>(NO_MATCH);
  status = $state.raw<Status>(NOTHING_KNOWN);
  reach = $state<Reach>("asking");

  readonly #ipc: Pick<Ipc, "watchLive">;

  constructor(ipc: Pick<Ipc, "watchLive">) {
    this.#ipc = ipc;
  }

  /** Begins to listen. What is there already comes first, in one piece. */
  async start(): Promise<void> {
    try {
      await this.#ipc.watchLive((update) => {
        this.#take(update);
      });
    } catch {
      this.reach = "unreachable";
    }
  }

  /** What happened is not to be shown any more: it was erased, or is old. */
  forget(): void {
    this.feed = [];
    this.running = NO_MATCH;
  }

  #take(update: LiveUpdate) {
    if (update.forget) this.forget();
    this.feed = update.lines.reduce<readonly FeedLine[]>(remember, this.feed);
    if (update.running) this.running = update.running;
    if (update.status) this.status = update.status;
    this.reach = "told";
  }
}
