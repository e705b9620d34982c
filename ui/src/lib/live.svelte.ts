import type { FeedLine, Status } from "../generated/bindings";
import { remember } from "./feed";
import type { Ipc, Unlisten } from "./ipc";

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
    oldest_pending_age_s: null,
    next_attempt_in_s: null,
    paused_reason: null,
    server: null,
  },
};

/** Whether the page knows what is shown: asking, told, or out of the shell's reach. */
export type Reach = "asking" | "told" | "unreachable";

/** What the window shows, kept true by the shell's news. */
export class Live {
  feed = $state.raw<readonly FeedLine[]>([]);
  status = $state.raw<Status>(NOTHING_KNOWN);
  reach = $state<Reach>("asking");

  readonly #ipc: Ipc;

  constructor(ipc: Ipc) {
    this.#ipc = ipc;
  }

  /** Listens first and asks then, so that nothing falls between the two. */
  async start(): Promise<Unlisten> {
    try {
      return await this.#start();
    } catch {
      this.reach = "unreachable";
      return () => undefined;
    }
  }

  async #start(): Promise<Unlisten> {
    const early: FeedLine[] = [];
    let statusTold = false;
    const unlisten = await Promise.all([
      this.#ipc.onFeed((line) => {
        if (this.reach === "asking") early.push(line);
        else this.feed = remember(this.feed, line);
      }),
      this.#ipc.onStatus((status) => {
        statusTold = true;
        this.status = status;
      }),
    ]);
    const [recent, status] = await Promise.all([this.#ipc.feedRecent(), this.#ipc.statusNow()]);
    this.feed = early.reduce<readonly FeedLine[]>(remember, recent);
    if (!statusTold) this.status = status;
    this.reach = "told";
    return () => {
      for (const end of unlisten) end();
    };
  }
}
