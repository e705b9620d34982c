import type { Status } from "../generated/bindings";
import { fill, formatCount, texts } from "./texts";

/** What the upload's mark looks like: each has a colour and a shape of its own. */
export type UploadMark = "fine" | "moving" | "paused" | "trouble" | "idle";

export interface UploadState {
  readonly mark: UploadMark;
  readonly words: string;
}

/** The upload in one line; what the player must know comes before what goes well. */
export function uploadState({ capture, upload }: Status): UploadState {
  const words = texts.state;
  if (capture.state === "starting") return { mark: "idle", words: words.starting };
  if (capture.state === "failed") return { mark: "trouble", words: words.failed };
  if (upload.not_saved > 0)
    return { mark: "trouble", words: count(words.not_saved, upload.not_saved) };
  if (upload.server === null) return { mark: "idle", words: words.local };
  if (upload.paused_reason !== null) {
    return { mark: "paused", words: fill(words.paused, { reason: upload.paused_reason }) };
  }
  if (upload.in_flight > 0)
    return { mark: "moving", words: count(words.sending, upload.in_flight) };
  if (upload.pending > 0) return { mark: "moving", words: count(words.waiting, upload.pending) };
  return { mark: "fine", words: words.sent };
}

function count(template: string, value: number): string {
  return fill(template, { count: formatCount(value) });
}
