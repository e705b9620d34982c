import type { QueueState } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";

/** The states of a queued event, in the order in which it goes through them. */
export const STATES = [
  {
    count: "pending",
    mark: "moving",
    name: m.queue_pending,
    means: m.queue_pending_means,
  },
  {
    count: "in_flight",
    mark: "moving",
    name: m.queue_in_flight,
    means: m.queue_in_flight_means,
  },
  {
    count: "settled",
    mark: "fine",
    name: m.queue_settled,
    means: m.queue_settled_means,
  },
  {
    count: "quarantined",
    mark: "trouble",
    name: m.queue_quarantined,
    means: m.queue_quarantined_means,
  },
] as const;

/** What became of events that are not in the queue as they should be. */
export const TROUBLES = [
  {
    count: "not_saved",
    what: m.queue_not_saved,
    data: m.queue_not_saved_data,
    todo: m.queue_not_saved_todo,
  },
  { count: "pruned", what: m.queue_pruned, data: m.queue_pruned_data, todo: m.queue_pruned_todo },
  { count: "lost", what: m.queue_lost, data: m.queue_lost_data, todo: m.queue_lost_todo },
] as const;

/** Where a single event stands. */
export const ROW_STATES = {
  waiting: { mark: "moving", name: m.queue_pending },
  sending: { mark: "moving", name: m.queue_in_flight },
  sent: { mark: "fine", name: m.queue_settled },
  refused: { mark: "trouble", name: m.queue_quarantined },
} as const satisfies Record<QueueState, unknown>;

/** Why an event was refused, by the wire's word. */
export const REASONS: ReadonlyMap<string, () => string> = new Map([
  ["conflict", m.queue_reason_conflict],
  ["invalid", m.queue_reason_invalid],
  ["unknown_kind", m.queue_reason_unknown_kind],
  ["refused", m.queue_reason_refused],
  ["too_old", m.queue_reason_too_old],
  ["damaged", m.queue_reason_damaged],
]);
