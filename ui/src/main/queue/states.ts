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
