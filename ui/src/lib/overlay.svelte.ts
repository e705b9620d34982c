import type { OverlayAct, OverlayEditing, OverlayLook } from "../generated/bindings";
import type { Ipc } from "./ipc";

/** What the overlay's own page does with the shell. */
export type OverlayIpc = Pick<Ipc, "overlayWatch" | "overlayAlive" | "overlayAct" | "overlayEdit">;

/** As the overlay looks until the shell has said how. */
const FIRST: OverlayLook = {
  mode: "play",
  rows: 4,
  opacity: 74,
  ground: "seen_through",
  scale: 100,
  across: { start: 1 },
  down: { middle: 0 },
  monitor: "",
  game: "",
};

/** How the overlay looks, and what the player does with it while it is moved. */
export class OverlayPage {
  look = $state.raw<OverlayLook>(FIRST);

  readonly #ipc: OverlayIpc;
  #acts = Promise.resolve();
  #pullWaits = false;

  constructor(ipc: OverlayIpc) {
    this.#ipc = ipc;
  }

  get editing(): boolean {
    return this.look.mode === "edit";
  }

  /** Listens to the shell, and answers it for as long as this page lives. */
  async start(): Promise<void> {
    await this.#ipc.overlayWatch((told) => {
      if ("look" in told) this.look = told.look;
      else void this.#ipc.overlayAlive(told.ask);
    });
  }

  /** One after the other, as the player did them. */
  act(act: OverlayAct): void {
    this.#acts = this.#acts.then(() => this.#ipc.overlayAct(act));
  }

  edit(editing: OverlayEditing): void {
    void this.#ipc.overlayEdit(editing, null);
  }

  /** To where the pointer is. One question waits at most: it asks where that is then. */
  pull(): void {
    if (this.#pullWaits) return;
    this.#pullWaits = true;
    this.#acts = this.#acts.then(() => {
      this.#pullWaits = false;
      return this.#ipc.overlayAct("pull");
    });
  }
}
