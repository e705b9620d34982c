import type {
  Backlog,
  InvitationRead,
  InvitationShown,
  Joining,
  Problem,
} from "../generated/bindings";
import type { Ipc } from "./ipc";

/** What the page does with an invitation. */
export type JoinIpc = Pick<Ipc, "invitationRead" | "invitationAccept">;

/** Why the player did not join; the key of the link is in none of it. */
export type Failure =
  { is: "said"; answer: Exclude<Joining, { is: "joined" }> } | { is: "problem"; problem: Problem };

/** An invitation that the player pasted: what it says, and what came of accepting it. */
export class Join {
  text = $state("");
  read = $state.raw<InvitationRead | null>(null);
  failure = $state.raw<Failure | null>(null);
  joining = $state(false);
  /** What becomes of events that were captured before. */
  backlog = $state<Backlog>("send");

  readonly #ipc: JoinIpc;
  /** Counts the readings: what is said of an earlier text is old. */
  #asked = 0;

  constructor(ipc: JoinIpc) {
    this.#ipc = ipc;
  }

  /** The invitation, where the text is one. */
  get invitation(): InvitationShown | null {
    return this.read?.is === "invitation" ? this.read : null;
  }

  /** The player wrote or pasted. Nothing is sent by that. */
  async paste(text: string): Promise<void> {
    this.text = text;
    this.failure = null;
    const asked = ++this.#asked;
    const read = text.trim() === "" ? null : await this.#ipc.invitationRead(text);
    if (asked === this.#asked) this.read = read;
  }

  /** The player agrees: this PC enrols there and sends. Whether it came about. */
  async accept(): Promise<boolean> {
    if (this.joining || this.invitation === null) return false;
    this.joining = true;
    this.failure = null;
    const answer = await this.#ipc.invitationAccept(this.text, this.backlog);
    this.joining = false;
    if (answer.status === "error") this.failure = { is: "problem", problem: answer.error };
    else if (answer.data.is !== "joined") this.failure = { is: "said", answer: answer.data };
    return this.failure === null;
  }

  /** Forgets the text, which holds a key. */
  async clear(): Promise<void> {
    await this.paste("");
  }
}
