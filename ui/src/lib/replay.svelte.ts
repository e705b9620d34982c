import type { Problem, RecordingRow, ReplaySpeed, ReplayTold } from "../generated/bindings";
import type { Ipc } from "./ipc";
import { Live } from "./live.svelte";

/** What plays recordings. */
export type ReplayIpc = Pick<Ipc, "replayStart" | "replayStop">;

/** A recording that is played, or was: it is shown until somebody closes it. */
export interface Playing {
  readonly name: string;
  /** What it shows, apart from what is captured meanwhile. */
  readonly live: Live;
}

/** One recording that is looked at in the place of what goes on. */
export class Replay {
  playing = $state.raw<Playing | null>(null);
  /** How much of it was played, from 0 to 1. */
  progress = $state(0);
  over = $state(false);
  problem = $state.raw<Problem | null>(null);

  readonly #ipc: ReplayIpc;

  constructor(ipc: ReplayIpc) {
    this.#ipc = ipc;
  }

  /** Plays a recording from its beginning. */
  async start({ name }: RecordingRow, speed: ReplaySpeed): Promise<void> {
    this.progress = 0;
    this.over = false;
    this.problem = null;
    const live = new Live({
      watchLive: async (told) => {
        const answer = await this.#ipc.replayStart(name, speed, told, (news) => {
          // What an earlier replay still says is nobody's news.
          if (this.playing?.live === live) this.#take(news);
        });
        if (answer.status === "error") this.#fail(answer.error);
      },
    });
    this.playing = { name, live };
    await live.start();
  }

  /** Ends it, and shows again what goes on. */
  async close(): Promise<void> {
    this.playing = null;
    await this.#ipc.replayStop();
  }

  #take(news: ReplayTold) {
    if (news.is === "played") this.progress = news.of === 0 ? 1 : news.entries / news.of;
    if (news.is === "over") this.over = true;
    if (news.is === "failed") this.#fail(news.problem);
  }

  #fail(problem: Problem) {
    this.problem = problem;
    this.playing = null;
  }
}
