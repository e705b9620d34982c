import type { Problem, StreamChoice, StreamState } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What a page does with the stream page. */
export type StreamIpc = Pick<Ipc, "streamState" | "streamChange" | "streamNewAddress">;

/** The longest delay and the ports that a player may choose, as the shell takes them. */
export const DELAY_MAX_S = 300;
export const PORTS = { min: 1024, max: 65_535 } as const;

/** The stream page: whether it is served, where, and what an audience may see. */
export class Stream {
  state = $state.raw<StreamState | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Whether the address has just been replaced. */
  replaced = $state(false);

  readonly #ipc: StreamIpc;

  constructor(ipc: StreamIpc) {
    this.#ipc = ipc;
  }

  async look(): Promise<void> {
    this.#take(await this.#ipc.streamState());
  }

  /** Changes what is named, and leaves the rest as it is. */
  async change(changes: Partial<StreamChoice>): Promise<void> {
    if (this.state === null) return;
    this.replaced = false;
    this.#take(await this.#ipc.streamChange({ ...this.state.choice, ...changes }));
  }

  async newAddress(): Promise<void> {
    this.replaced = this.#take(await this.#ipc.streamNewAddress());
  }

  #take(answer: Answer<StreamState>): boolean {
    const taken = answer.status === "ok";
    this.problem = taken ? null : answer.error;
    if (taken) this.state = answer.data;
    return taken;
  }
}

/** The number that was written, where it is a whole one between these. */
export function wholeNumber(text: string, min: number, max: number): number | null {
  const number = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? number : null;
}
