import type { Findings, Problem, Safety } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the Help page asks for. */
export type HelpIpc = Pick<
  Ipc,
  "about" | "examine" | "logLines" | "supportFile" | "keepSupportFile"
>;

/** What Ringside does on this PC, its log, and a file for whoever helps. */
export class Help {
  safety = $state.raw<Safety | null>(null);
  /** What stands between each game and its events. */
  findings = $state.raw<Findings | null>(null);
  /** The games are being looked at. */
  examining = $state(false);
  /** The log's last lines, the oldest first; absent until they were asked for. */
  log = $state.raw<readonly string[] | null>(null);
  /** What the support file says; absent until it was asked for. */
  support = $state.raw<string | null>(null);
  /** Where the support file was kept. */
  kept = $state.raw<string | null>(null);
  problem = $state.raw<Problem | null>(null);

  readonly #ipc: HelpIpc;

  constructor(ipc: HelpIpc) {
    this.#ipc = ipc;
  }

  async look(): Promise<void> {
    this.safety = this.#done(await this.#ipc.about());
  }

  /** Looks at every game; what was found last stays until there is something newer. */
  async examine(): Promise<void> {
    this.examining = true;
    const findings = this.#done(await this.#ipc.examine());
    this.examining = false;
    if (findings) this.findings = findings;
  }

  async readLog(): Promise<void> {
    this.log = this.#done(await this.#ipc.logLines());
  }

  async makeSupport(): Promise<void> {
    this.kept = null;
    this.support = this.#done(await this.#ipc.supportFile());
  }

  /** Keeps the file that the player has seen, and no other. */
  async keepSupport(): Promise<void> {
    if (this.support === null) return;
    this.kept = this.#done(await this.#ipc.keepSupportFile(this.support));
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
