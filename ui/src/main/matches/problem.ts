import type { Problem, ProblemCode } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";

const WHAT: Readonly<Partial<Record<ProblemCode, () => string>>> = {
  not_running: m.queue_problem_not_running,
  settings: m.queue_problem_settings,
  history: m.queue_problem_history,
  file: m.queue_problem_file,
};

/** What happened, what it means for the matches, what to do. */
export function problemInWords({ code }: Problem): { what: string; data: string; todo: string } {
  if (code === "match_runs") {
    const what = m.privacy_problem_match_runs();
    return { what, data: m.matches_problem_data(), todo: m.privacy_problem_todo_match() };
  }
  const what = WHAT[code] ?? m.queue_problem_other;
  return { what: what(), data: m.matches_problem_data(), todo: m.queue_problem_todo() };
}
