/** The one door to the shell (src-tauri/). The mock in `src/mock/` is the other side of it. */
import { Channel } from "@tauri-apps/api/core";

import { commands, type LiveUpdate } from "../generated/bindings";

export interface Ipc {
  /**
   * Tells of the live view: all of it soon, then what changes, while the page
   * can be seen. A page that asks again ends its earlier stream.
   */
  watchLive(told: (update: LiveUpdate) => void): Promise<void>;
  /** Makes the overlay as high as its page is, in CSS pixels. */
  overlayFit(height: number): Promise<void>;
}

export const ipc: Ipc = {
  watchLive: async (told) => {
    await commands.watchLive(new Channel(told));
  },
  overlayFit: (height) => commands.overlayFit(Math.ceil(height)),
};
