import type { Status } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

/** Every state's mark: each has a colour and a shape of its own. */
export const UPLOAD_MARKS = ["fine", "moving", "paused", "trouble", "idle"] as const;
export type UploadMark = (typeof UPLOAD_MARKS)[number];

export interface UploadState {
  readonly mark: UploadMark;
  readonly words: string;
}

/** The upload in one line; what the player must know comes before what goes well. */
export function uploadState({ capture, upload }: Status): UploadState {
  if (capture.state === "starting") return { mark: "idle", words: m.upload_starting() };
  if (capture.state === "failed") return { mark: "trouble", words: m.upload_failed() };
  if (upload.not_saved > 0) {
    return { mark: "trouble", words: m.upload_not_saved({ count: upload.not_saved }) };
  }
  if (upload.server === null) return { mark: "idle", words: m.upload_local() };
  if (upload.held) return { mark: "paused", words: m.upload_held() };
  if (upload.paused_reason !== null) {
    return { mark: "paused", words: m.upload_paused({ reason: upload.paused_reason }) };
  }
  if (upload.in_flight > 0) {
    return { mark: "moving", words: m.upload_sending({ count: upload.in_flight }) };
  }
  if (upload.pending > 0) {
    return { mark: "moving", words: m.upload_waiting({ count: upload.pending }) };
  }
  return { mark: "fine", words: m.upload_sent() };
}
