import type { Problem, ProblemCode } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import type { Outcome } from "../../lib/queue.svelte";

/** What came of it, in a sentence or two. */
export function outcomeInWords(outcome: Outcome): string {
  switch (outcome.is) {
    case "deleted":
      return outcome.beingSent > 0 ? m.queue_being_sent() : m.queue_deleted();
    case "deleted_waiting": {
      const { count, beingSent } = outcome;
      const words = [m.queue_deleted_waiting({ count })];
      if (beingSent > 0) words.push(m.queue_deleted_but_sent({ count: beingSent }));
      return words.join(" ");
    }
    case "requeued":
      return m.queue_requeued({ count: outcome.count });
    case "exported":
      return m.queue_exported({ count: outcome.count, path: outcome.path });
  }
}

/** What can happen here; the other codes are those of other pages. */
const WHAT: Readonly<Partial<Record<ProblemCode, () => string>>> = {
  not_running: m.queue_problem_not_running,
  queue: m.queue_problem_queue,
  history: m.queue_problem_history,
  settings: m.queue_problem_settings,
  server: m.queue_problem_server,
  file: m.queue_problem_file,
  no_such_event: m.queue_gone,
};

/** What happened, what it means for the events, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  const what = WHAT[code] ?? m.queue_problem_other;
  return { what: what(), data: m.queue_problem_data(), todo: m.queue_problem_todo() };
}
