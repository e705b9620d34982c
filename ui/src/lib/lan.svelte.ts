import type { LanState, Problem } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What a page does with the stream page for other devices. */
export type LanIpc = Pick<Ipc, "lanState" | "lanSwitch" | "lanNewCode" | "lanEndDevices">;

/** The stream page for other devices: whether it is on, and how a device is let in. */
export class Lan {
  state = $state.raw<LanState | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** It went off by itself: this PC has another address than the devices were given. */
  moved = $state(false);

  readonly #ipc: LanIpc;

  constructor(ipc: LanIpc) {
    this.#ipc = ipc;
  }

  /** Looks how it is now: a code grows old, and a device comes in, by themselves. */
  async look(): Promise<void> {
    const before = this.state;
    const answer = await this.#ipc.lanState();
    // Something was chosen meanwhile, and its answer is newer.
    if (this.state !== before || before?.is === "impossible") return;
    this.#take(answer);
    const isOff = answer.status === "ok" && answer.data.is === "off";
    if (before?.is === "on" && isOff) this.moved = true;
  }

  async turn(on: boolean): Promise<void> {
    this.moved = false;
    this.#take(await this.#ipc.lanSwitch(on));
  }

  async newCode(): Promise<void> {
    this.#take(await this.#ipc.lanNewCode());
  }

  async endDevices(): Promise<void> {
    this.#take(await this.#ipc.lanEndDevices());
  }

  #take(answer: Answer<LanState>): void {
    this.problem = answer.status === "ok" ? null : answer.error;
    if (answer.status === "ok") this.state = answer.data;
  }
}

/** A code as it is read aloud: `123 456`. */
export function spaced(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/** A fingerprint in lines of eight pairs, so that the eye keeps its place. */
export function fingerprintLines(fingerprint: string): string[] {
  const pairs = fingerprint.split(":");
  return [0, 8, 16, 24].map((from) => pairs.slice(from, from + 8).join(":"));
}
