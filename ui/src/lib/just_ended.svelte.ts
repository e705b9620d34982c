import type { FeedLine, Recap } from "../generated/bindings";
import type { Ipc } from "./ipc";

/** The match of the feed's newest line, where it has ended and all of it is on disk. */
export function endedMatch(feed: readonly FeedLine[]): string | null {
  const key = feed[0]?.match_key;
  const end = feed.find((line) => line.match_key === key && line.kind === "match_ended");
  return end?.saved === "saved" ? end.match_key : null;
}

/** How the match went that has just ended, until another begins or the player is done with it. */
export class JustEnded {
  recap = $state.raw<Recap | null>(null);

  readonly #ipc: Pick<Ipc, "matchOpen">;
  #done: string | null = null;
  /** Counts the questions: an answer to an earlier one is old. */
  #asked = 0;

  constructor(ipc: Pick<Ipc, "matchOpen">) {
    this.#ipc = ipc;
  }

  /** Looks at the match that has ended; `null` where none has. */
  async look(key: string | null): Promise<void> {
    const asked = ++this.#asked;
    if (key === null || key === this.#done) {
      this.recap = null;
      return;
    }
    const answer = await this.#ipc.matchOpen(key);
    // What cannot be read now is on the matches' page, which says why.
    if (asked === this.#asked && answer.status === "ok") this.recap = answer.data?.recap ?? null;
  }

  /** The player has seen it. */
  dismiss(): void {
    this.#done = this.recap?.key ?? this.#done;
    this.recap = null;
  }
}
