/** The one door to the shell (src-tauri/). The mock in `src/mock/` is the other side of it. */
import { Channel } from "@tauri-apps/api/core";

import {
  commands,
  type Exported,
  type LiveUpdate,
  type Problem,
  type QueueFilter,
  type QueuePage,
  type Removal,
} from "../generated/bindings";

/** What the shell says to a question: what was asked for, or why it cannot be. */
export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

export interface Ipc {
  /**
   * Tells of the live view: all of it soon, then what changes, while the page
   * can be seen. A page that asks again ends its earlier stream.
   */
  watchLive(told: (update: LiveUpdate) => void): Promise<void>;
  /** Makes the overlay as high as its page is, in CSS pixels. */
  overlayFit(height: number): Promise<void>;

  /** Rows of the upload queue, beyond the row at `beyond` where a list is gone on with. */
  queuePage(filter: QueueFilter, beyond: number | null): Promise<Answer<QueuePage>>;
  /** What leaves this PC of one event, byte for byte. */
  queueBody(eventId: string): Promise<Answer<string | null>>;
  /** Lets refused events wait to be sent again: those named, or all. */
  queueRequeue(eventIds: string[] | null): Promise<Answer<number>>;
  /** Deletes events for good. */
  queueDelete(eventIds: string[]): Promise<Answer<Removal>>;
  /** Writes events into a file in the player's downloads. */
  queueExport(filter: QueueFilter): Promise<Answer<Exported>>;

  /** Keeps events on this PC for now. */
  uploadHold(): Promise<Answer<null>>;
  /** Sends what was held. */
  uploadLetGo(): Promise<Answer<null>>;
  /** Tries to send at once. */
  uploadRetryNow(): Promise<Answer<null>>;
}

export const ipc: Ipc = {
  watchLive: async (told) => {
    await commands.watchLive(new Channel(told));
  },
  overlayFit: (height) => commands.overlayFit(Math.ceil(height)),
  queuePage: commands.queuePage,
  queueBody: commands.queueBody,
  queueRequeue: commands.queueRequeue,
  queueDelete: commands.queueDelete,
  queueExport: commands.queueExport,
  uploadHold: commands.uploadHold,
  uploadLetGo: commands.uploadLetGo,
  uploadRetryNow: commands.uploadRetryNow,
};
