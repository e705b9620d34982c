/** The one door to the shell (src-tauri/): two questions and two kinds of news. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { FeedLine, Status } from "../generated/bindings";

/** Ends a subscription. */
export type Unlisten = () => void;

export interface Ipc {
  /** The feed's recent lines, newest first. */
  feedRecent(): Promise<FeedLine[]>;
  statusNow(): Promise<Status>;
  onFeed(told: (line: FeedLine) => void): Promise<Unlisten>;
  onStatus(told: (status: Status) => void): Promise<Unlisten>;
}

export const ipc: Ipc = {
  feedRecent: () => invoke<FeedLine[]>("feed_recent"),
  statusNow: () => invoke<Status>("status_now"),
  onFeed: (told) =>
    listen<FeedLine>("feed", (event) => {
      told(event.payload);
    }),
  onStatus: (told) =>
    listen<Status>("status", (event) => {
      told(event.payload);
    }),
};
