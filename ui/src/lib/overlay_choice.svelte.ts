import type {
  Restyle,
  OverlayEditing,
  OverlayReport,
  OverlayChosen,
  Problem,
} from "../generated/bindings";
import type { Ipc } from "./ipc";

/** What the settings page does with the overlay. */
export type OverlayChoiceIpc = Pick<
  Ipc,
  "overlaySettings" | "overlayConfigure" | "overlayEdit" | "overlayAct"
>;

/** What the player chose of the overlay, and how it is at the moment. */
export class OverlayChoice {
  report = $state.raw<OverlayReport | null>(null);
  problem = $state.raw<Problem | null>(null);

  readonly #ipc: OverlayChoiceIpc;

  constructor(ipc: OverlayChoiceIpc) {
    this.#ipc = ipc;
  }

  get editing(): boolean {
    return this.report?.look.mode === "edit";
  }

  /** Looks again: the overlay may have been moved in its own window. */
  async look(): Promise<void> {
    this.report = await this.#ipc.overlaySettings();
  }

  async choose(change: Partial<OverlayChosen>): Promise<void> {
    if (!this.report) return;
    const answer = await this.#ipc.overlayConfigure({ ...this.report.settings, ...change });
    this.problem = answer.status === "error" ? answer.error : null;
    if (answer.status === "ok") this.report = answer.data;
  }

  async edit(editing: OverlayEditing, game: string): Promise<void> {
    this.report = await this.#ipc.overlayEdit(editing, game);
  }

  /** Makes it look otherwise, while it is moved. */
  async wear(look: Restyle): Promise<void> {
    await this.#ipc.overlayAct({ look });
    await this.look();
  }
}
