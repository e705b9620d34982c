import type {
  Backlog,
  Erased,
  EraseReach,
  Exported,
  GamesSent,
  NamesSent,
  NewIdentity,
  PrivacyState,
  Problem,
} from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does about privacy. */
export type PrivacyIpc = Pick<
  Ipc,
  | "privacyState"
  | "privacyNames"
  | "privacyGames"
  | "privacyExport"
  | "privacyNewIdentity"
  | "privacyErase"
  | "uploadAgree"
  | "uploadWithdraw"
>;

/** What came of the last thing that the player asked for. */
export type Outcome =
  | { is: "agreed"; server: string }
  | { is: "withdrawn" }
  | { is: "exported"; exported: Exported }
  | { is: "renewed"; identity: NewIdentity }
  | { is: "erased"; erased: Erased };

/** What leaves this PC, and what the player decides about it. */
export class Privacy {
  state = $state.raw<PrivacyState | null>(null);
  problem = $state.raw<Problem | null>(null);
  outcome = $state.raw<Outcome | null>(null);
  erasing = $state(false);

  readonly #ipc: PrivacyIpc;

  constructor(ipc: PrivacyIpc) {
    this.#ipc = ipc;
  }

  /** Looks how things stand. */
  async look(): Promise<void> {
    const answer = await this.#ipc.privacyState();
    if (answer.status === "ok") this.state = answer.data;
    else this.problem = answer.error;
  }

  async names(names: NamesSent): Promise<void> {
    this.#done(await this.#ipc.privacyNames(names));
    await this.look();
  }

  /** Sends a game's events from now on, or keeps them here. */
  async game(game: keyof GamesSent, sent: boolean): Promise<void> {
    if (this.state === null) return;
    this.#done(await this.#ipc.privacyGames({ ...this.state.send, [game]: sent }));
    await this.look();
  }

  async agree(server: string, backlog: Backlog): Promise<void> {
    const done = this.#done(await this.#ipc.uploadAgree(server, backlog));
    if (done) this.outcome = { is: "agreed", server };
  }

  async withdraw(): Promise<void> {
    if (this.#done(await this.#ipc.uploadWithdraw())) this.outcome = { is: "withdrawn" };
  }

  async export(): Promise<void> {
    const done = this.#done(await this.#ipc.privacyExport());
    if (done) this.outcome = { is: "exported", exported: done.data };
  }

  async renew(): Promise<void> {
    const done = this.#done(await this.#ipc.privacyNewIdentity());
    if (done) this.outcome = { is: "renewed", identity: done.data };
    await this.look();
  }

  async erase(reach: EraseReach): Promise<void> {
    this.erasing = true;
    const done = this.#done(await this.#ipc.privacyErase(reach));
    this.erasing = false;
    if (done) this.outcome = { is: "erased", erased: done.data };
    await this.look();
  }

  #done<T>(answer: Answer<T>): { data: T } | null {
    this.outcome = null;
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer : null;
  }
}
