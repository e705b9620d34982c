import type { Problem, ProblemCode, RecordingState } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { RecordingsOutcome } from "../../lib/recordings.svelte";
import type { UploadMark } from "../../lib/upload_state";

export const STATES: Readonly<
  Record<RecordingState["is"], { mark: UploadMark; name: () => string }>
> = {
  running: { mark: "moving", name: m.recordings_state_running },
  whole: { mark: "fine", name: m.recordings_state_whole },
  cut_off: { mark: "paused", name: m.recordings_state_cut_off },
  unreadable: { mark: "trouble", name: m.recordings_state_unreadable },
};

/** What came of it, in one sentence. */
export function outcomeInWords(outcome: RecordingsOutcome): string {
  switch (outcome.is) {
    case "deleted":
      return m.recordings_deleted({ name: outcome.name });
    case "exported":
      return m.recordings_exported({ path: outcome.path });
    case "without_names":
      return m.recordings_redacted({ name: outcome.name, count: outcome.names });
  }
}

const WHAT: Readonly<Partial<Record<ProblemCode, () => string>>> = {
  recording: m.recordings_problem_recording,
  no_such_recording: m.recordings_problem_gone,
  being_recorded: m.recordings_problem_running,
  not_running: m.recordings_problem_not_running,
  settings: m.recordings_problem_settings,
  file: m.recordings_problem_file,
};

/** What happened, what it means for the recordings, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  const what = WHAT[code] ?? m.recordings_problem_other;
  return { what: what(), data: m.recordings_problem_data(), todo: m.recordings_problem_todo() };
}
