import type { PauseCode, Status } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

/** Every state's mark: each has a colour and a shape of its own. */
export const UPLOAD_MARKS = ["fine", "moving", "paused", "incomplete", "trouble", "idle"] as const;
export type UploadMark = (typeof UPLOAD_MARKS)[number];

export interface UploadState {
  readonly mark: UploadMark;
  readonly words: string;
}

/** Why nothing is sent; `other` has no words but those of the companion itself. */
const WHY: Readonly<Record<Exclude<PauseCode, "held" | "no_server" | "other">, () => string>> = {
  not_saved: m.upload_why_not_saved,
  enrolling: m.upload_why_enrolling,
  asking_names_key: m.upload_why_asking_names_key,
  names_not_hidden: m.upload_why_names_not_hidden,
  not_enrolled: m.upload_why_not_enrolled,
  already_enrolled: m.upload_why_already_enrolled,
  key_refused: m.upload_why_key_refused,
  token_refused: m.upload_why_token_refused,
  not_let_in: m.upload_why_not_let_in,
  too_old_version: m.upload_why_too_old_version,
  server_not_reached: m.upload_why_server_not_reached,
  certificate: m.upload_why_certificate,
  not_our_server: m.upload_why_not_our_server,
  server_busy: m.upload_why_server_busy,
  server_refused: m.upload_why_server_refused,
  asked_again: m.upload_why_asked_again,
  queue_unreadable: m.upload_why_queue_unreadable,
};

/** The upload in one line; what the player must know comes before what goes well. */
export function uploadState({ capture, upload }: Status): UploadState {
  if (capture.state === "starting") return { mark: "idle", words: m.upload_starting() };
  if (capture.state === "failed") return { mark: "trouble", words: m.upload_failed() };
  if (upload.not_saved > 0) {
    return { mark: "trouble", words: m.upload_not_saved({ count: upload.not_saved }) };
  }
  // Only the player can mend it; what waits behind it is less to know.
  if (upload.quarantined > 0) {
    return { mark: "trouble", words: m.upload_refused({ count: upload.quarantined }) };
  }
  if (upload.server === null) return { mark: "idle", words: m.upload_local() };
  if (upload.held) return { mark: "paused", words: m.upload_held() };
  if (upload.paused !== null) return { mark: "paused", words: pauseInWords(upload.paused) };
  if (upload.in_flight > 0) {
    return { mark: "moving", words: m.upload_sending({ count: upload.in_flight }) };
  }
  if (upload.pending > 0) {
    return { mark: "moving", words: m.upload_waiting({ count: upload.pending }) };
  }
  // Nobody can mend that any more; but it is not all well either.
  const givenUp = upload.pruned + upload.lost;
  if (givenUp > 0) return { mark: "incomplete", words: m.upload_given_up({ count: givenUp }) };
  return { mark: "fine", words: m.upload_sent() };
}

/** That nothing is sent, and why. */
export function pauseInWords(code: PauseCode): string {
  if (code === "other") return m.upload_paused();
  if (code === "held") return m.upload_held();
  if (code === "no_server") return m.upload_local();
  return m.upload_paused_why({ why: WHY[code]() });
}

/** What is in the way; nothing where the player wants it so, or nobody knows. */
export function whyInWords(code: PauseCode): string | null {
  return code === "other" || code === "held" || code === "no_server" ? null : WHY[code]();
}
