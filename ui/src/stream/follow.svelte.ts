import type { LiveUpdate, PageLook } from "../generated/bindings";
import { EventStream } from "./event_stream";

/** Before the first try to follow again; each next one waits twice as long. */
const GAP_MIN_MS = 1_000;
/** So long at most: who starts Ringside again does not wait long for the page. */
const GAP_MAX_MS = 15_000;
/** Ringside says something every 15 s; who says nothing for so long is gone. */
const SILENCE_MAX_MS = 40_000;

/**
 * What is shown may be so old while nothing comes: a stream that begins anew does so
 * within a few seconds, and a match that stands still for longer is none.
 */
const STALE_MAX_MS = 10_000;
/** The overlay's own, until Ringside says how many rows the player wants. */
const ROWS_FIRST = 4;

/** How long to wait before the next try, after so many in vain. */
export function gapMs(triesInVain: number): number {
  return Math.min(GAP_MIN_MS * 2 ** Math.max(0, triesInVain - 1), GAP_MAX_MS);
}

/** Follows the stream of updates for as long as the page is there. */
export class Follow {
  /** How the player's overlay looks; in the browser's language until that is told. */
  look = $state.raw<PageLook | null>(null);
  /** Whether nothing has come for so long that nothing is shown any more. */
  isDown = $state(false);
  /** Told when what was known before is old: a stream begins anew, or none does. */
  forget: () => void = () => undefined;

  readonly #address: URL;
  readonly #fetch: typeof fetch;

  /** So many events are shown. */
  get rows(): number {
    return this.look?.rows ?? ROWS_FIRST;
  }

  constructor(address: URL, get: typeof fetch = (...asked) => window.fetch(...asked)) {
    this.#address = address;
    this.#fetch = get;
  }

  /** Tells of every update; it never ends, and no failure of the stream's is the page's. */
  async watchLive(told: (update: LiveUpdate) => void): Promise<void> {
    let inVain = 0;
    const stale = new Alarm(STALE_MAX_MS, () => {
      this.isDown = true;
      this.forget();
    });
    for (;;) {
      const came = await this.#once(told, stale).catch(() => false);
      if (came) stale.set();
      inVain = came ? 1 : inVain + 1;
      await new Promise((go) => setTimeout(go, gapMs(inVain)));
    }
  }

  /** Follows until the stream ends; whether anything came. */
  async #once(told: (update: LiveUpdate) => void, stale: Alarm): Promise<boolean> {
    const given = new AbortController();
    const silent = new Alarm(SILENCE_MAX_MS, () => {
      given.abort();
    });
    silent.set();
    let came = false;
    try {
      const answer = await this.#fetch(this.#address, { signal: given.signal, cache: "no-store" });
      if (!answer.ok || !answer.body) return false;
      const stream = new EventStream();
      for await (const text of textOf(answer.body)) {
        silent.set();
        for (const { name, data } of stream.push(text)) {
          if (name === "look") {
            this.look = JSON.parse(data) as PageLook;
            continue;
          }
          if (!came) this.forget();
          came = true;
          this.isDown = false;
          stale.off();
          told(JSON.parse(data) as LiveUpdate);
        }
      }
    } catch {
      // Cut off, silent or not to be read: it is followed anew.
    } finally {
      silent.off();
      given.abort();
    }
    return came;
  }
}

/** Rings once, so long after it was set last. */
class Alarm {
  readonly #after_ms: number;
  readonly #ring: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(after_ms: number, ring: () => void) {
    this.#after_ms = after_ms;
    this.#ring = ring;
  }

  set(): void {
    this.off();
    this.#timer = setTimeout(this.#ring, this.#after_ms);
  }

  off(): void {
    clearTimeout(this.#timer);
  }
}

/** The text of a body as it comes; a letter is never cut in two. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const letters = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield letters.decode(value, { stream: true });
  }
}
