import type { Problem, ProblemCode } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { Outcome } from "../../lib/queue.svelte";

/** What came of it, in one sentence. */
export function outcomeInWords(outcome: Outcome): string {
  switch (outcome.is) {
    case "deleted":
      return outcome.beingSent > 0 ? m.queue_being_sent() : m.queue_deleted();
    case "requeued":
      return m.queue_requeued({ count: outcome.count });
    case "exported":
      return m.queue_exported({ count: outcome.count, path: outcome.path });
  }
}

const WHAT: Readonly<Record<ProblemCode, () => string>> = {
  not_running: m.queue_problem_not_running,
  queue: m.queue_problem_queue,
  settings: m.queue_problem_settings,
  server: m.queue_problem_server,
  file: m.queue_problem_file,
  no_such_event: m.queue_gone,
  other: m.queue_problem_other,
};

/** What happened, what it means for the events, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  return { what: WHAT[code](), data: m.queue_problem_data(), todo: m.queue_problem_todo() };
}
