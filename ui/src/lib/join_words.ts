import type { InvitationRefused, InvitationWarning } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import type { Failure } from "./join.svelte";

export const REFUSED: Readonly<Record<InvitationRefused, () => string>> = {
  not_one: m.join_not_one,
  misleading: m.join_misleading,
  newer: m.join_newer,
};

export const WARNINGS: Readonly<Record<InvitationWarning, () => string>> = {
  lookalike: m.join_warn_lookalike,
  address: m.join_warn_address,
  this_pc: m.join_warn_this_pc,
  own_certificate: m.join_warn_own_certificate,
};

interface Words {
  readonly what: string;
  readonly data: string;
  readonly todo: string;
  readonly detail?: string | undefined;
}

const SAID = {
  key_refused: [m.join_key_refused, m.join_key_refused_todo],
  already_enrolled: [m.join_already_enrolled, m.join_already_enrolled_todo],
  unreachable: [m.join_unreachable, m.join_unreachable_todo],
  untrusted: [m.join_untrusted, m.join_untrusted_todo],
  not_ringside: [m.join_not_ringside, m.join_not_ringside_todo],
  refused: [m.join_refused, m.join_refused_todo],
} as const;

/** Why the player did not join: what happened, what it means, what to do. */
export function failureInWords(failure: Failure): Words {
  const data = m.join_nothing_sent();
  if (failure.is === "problem") {
    const { detail } = failure.problem;
    return { what: m.join_problem(), data, todo: m.join_problem_todo(), detail };
  }
  const { answer } = failure;
  const [what, todo] = SAID[answer.is];
  const detail = answer.is === "refused" ? answer.detail : undefined;
  return { what: what(), data, todo: todo(), detail };
}
