import type { Where } from "../generated/bindings";
import type { Ipc } from "./ipc";
import { Join, type JoinIpc } from "./join.svelte";
import { OverlayChoice, type OverlayChoiceIpc } from "./overlay_choice.svelte";
import { Privacy, type PrivacyIpc } from "./privacy.svelte";

/** What the first run does with the shell. */
export type FirstRunIpc = JoinIpc &
  PrivacyIpc &
  OverlayChoiceIpc &
  Pick<Ipc, "firstRunIsDue" | "firstRunEnd" | "invitationPending">;

/** The game that the overlay is first placed for; each has a place of its own. */
const PLACED_FOR = "cs2";

export type Step = "games" | "server" | "consent" | "overlay";
/** Where the player wants their events; `stay` where they go somewhere already. */
export type Whither = "server" | "local" | "stay";

/** The questions of the first start, as far as they are answered. */
export class FirstRun {
  /** Whether there are any is known. */
  known = $state(false);
  /** They are still to be asked. */
  due = $state(false);
  /** They are on the screen. */
  open = $state(false);
  step = $state<Step>("games");
  whither = $state<Whither | null>(null);
  /** The player wanted to go on without what the step asks for. */
  isMissing = $state<"choice" | "link" | null>(null);
  readonly join: Join;
  readonly privacy: Privacy;
  readonly overlay: OverlayChoice;

  readonly #ipc: FirstRunIpc;

  constructor(ipc: FirstRunIpc) {
    this.#ipc = ipc;
    this.join = new Join(ipc);
    this.privacy = new Privacy(ipc);
    this.overlay = new OverlayChoice(ipc);
  }

  /** Who keeps everything here is not asked to agree to anything. */
  get steps(): readonly Step[] {
    return this.whither === null || this.whither === "server"
      ? ["games", "server", "consent", "overlay"]
      : ["games", "server", "overlay"];
  }

  get at(): number {
    return this.steps.indexOf(this.step);
  }

  async start(): Promise<void> {
    try {
      const due = await this.#ipc.firstRunIsDue();
      this.due = due.status === "ok" && due.data;
      this.open = this.due;
    } finally {
      this.known = true;
    }
  }

  choose(whither: Whither): void {
    this.whither = whither;
    this.isMissing = null;
  }

  async paste(text: string): Promise<void> {
    this.choose("server");
    await this.join.paste(text);
  }

  next(): void {
    this.isMissing = this.step === "server" ? this.#missing() : null;
    if (this.isMissing !== null) return;
    if (this.step === "server" && this.whither === "local") this.keepLocal();
    else this.step = this.steps[this.at + 1] ?? this.step;
  }

  back(): void {
    this.isMissing = null;
    this.step = this.steps[this.at - 1] ?? this.step;
  }

  /** The player agrees: only now anything leaves this PC. */
  async agree(): Promise<void> {
    // What went wrong is said where the invitation can be changed.
    this.step = (await this.join.accept()) ? "overlay" : "server";
  }

  /** Nothing leaves this PC, also where it did before. */
  keepLocal(): void {
    this.choose("local");
    this.step = "overlay";
    void this.#ipc.uploadWithdraw();
  }

  /** Leaves the questions where they are, to go on later. */
  leave(): void {
    this.open = false;
    void this.#lock();
  }

  resume(): void {
    this.open = true;
  }

  async finish(): Promise<void> {
    this.open = false;
    this.due = false;
    await this.#lock();
    await this.join.clear();
    await this.#ipc.firstRunEnd();
  }

  /** Shows the overlay there; where that is on a screen, once with its frame, to be moved. */
  async showOverlay(where: Where): Promise<void> {
    await this.overlay.choose({ show: where });
    if (where === "over_game" || where === "other_monitor") {
      await this.overlay.edit("start", PLACED_FOR);
    } else {
      await this.#lock();
    }
  }

  /** An invitation that was clicked elsewhere is shown, and nothing more. Whether there was one. */
  async takePending(): Promise<boolean> {
    const pending = await this.#ipc.invitationPending();
    const link = pending.status === "ok" ? pending.data : null;
    if (link === null) return false;
    if (this.open && this.step !== "overlay") {
      this.step = "server";
      await this.paste(link);
    } else {
      await this.join.paste(link);
    }
    return true;
  }

  async #lock(): Promise<void> {
    if (this.overlay.editing) await this.overlay.edit("lock", PLACED_FOR);
  }

  #missing(): "choice" | "link" | null {
    if (this.whither === null) return "choice";
    return this.whither === "server" && this.join.invitation === null ? "link" : null;
  }
}
