import type { QueueRow, UploadStatus } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { roughly } from "./format";
import { whyInWords } from "./upload_state";

/** What an event waits for, and when that is, as the upload stands now. */
export function nextInWords({ next }: Pick<QueueRow, "next">, upload: UploadStatus): string {
  switch (next) {
    case "turn":
      return turnInWords(upload, inLine(upload), m.queue_next_turn());
    case "aside":
      return turnInWords(upload, upload.aside_in_s ?? inLine(upload), m.queue_next_aside());
    case "asked_again":
      return turnInWords(
        upload,
        later(upload.asked_again_in_s, inLine(upload)),
        m.queue_next_turn(),
      );
    case "kept_here":
      return m.queue_next_kept_here();
    case "answer":
      return m.queue_next_answer();
    case "nothing":
      return m.queue_next_nothing();
    case "player":
      return m.queue_next_player();
  }
}

/** Why an event that could go does not; nothing where it is not held up. */
export function heldUpBy({ next }: Pick<QueueRow, "next">, upload: UploadStatus): string | null {
  if (next === "asked_again") return m.queue_why_asked_again();
  const goes = next === "turn" || next === "aside";
  return goes && upload.paused !== null ? whyInWords(upload.paused) : null;
}

function turnInWords(upload: UploadStatus, seconds: number | null, atOnce: string): string {
  if (upload.server === null) return m.queue_next_no_server();
  if (upload.held) return m.queue_next_held();
  if (seconds !== null) return m.queue_next_in({ time: roughly(seconds) });
  return upload.paused === null ? atOnce : m.queue_next_paused();
}

function later(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** How long what was not refused waits: where that alone waits, the others go at once. */
function inLine({ next_attempt_in_s, aside_in_s }: UploadStatus): number | null {
  return next_attempt_in_s === aside_in_s ? null : next_attempt_in_s;
}
