/** The upload queue of the mock: what was told of, waiting until somebody acts on it. */
import type {
  FeedLine,
  QueueFilter,
  QueueNext,
  QueueRow,
  QueueState,
  UploadStatus,
} from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { QueueIpc } from "../lib/queue.svelte";

const ROWS_A_PAGE = 20;
type Standing = Pick<UploadStatus, "quarantined" | "pending">;

/** Of the events, so many are refused and so many wait; the others are sent. */
const SOME: Standing = { quarantined: 2, pending: 3 };
/** Between two events. */
const AGE_STEP_S = 14;

const NEXT: Readonly<Record<QueueState, QueueNext>> = {
  waiting: "turn",
  sending: "answer",
  sent: "nothing",
  refused: "player",
};

export function queueOf(lines: readonly FeedLine[], { quarantined, pending } = SOME): QueueIpc {
  let rows = lines.map((line, at) => {
    const waits = at >= lines.length - pending;
    return rowOf(line, at, lines.length, at < quarantined ? "refused" : waits ? "waiting" : "sent");
  });
  const shown = (filter: QueueFilter) =>
    rows.filter((row) => filter === "all" || row.state === filter);
  return {
    queuePage: (filter, beyond) => {
      const all = shown(filter);
      const rest = all.filter((row) => beyond === null || row.sequence > beyond);
      const page = rest.slice(0, ROWS_A_PAGE);
      const next = rest.length > page.length ? (page.at(-1)?.sequence ?? null) : null;
      return ok({ rows: page, next, total: all.length });
    },
    queueBody: (eventId) => {
      const row = rows.find((known) => known.event_id === eventId);
      return ok(row ? bodyOf(row) : null);
    },
    queueRequeue: (eventIds) => {
      const again = rows.filter(
        (row) => row.state === "refused" && (eventIds?.includes(row.event_id) ?? true),
      );
      rows = rows.map((row) =>
        again.includes(row)
          ? { ...row, state: "waiting", next: "turn", reason: null, detail: null }
          : row,
      );
      return ok(again.length);
    },
    queueDelete: (eventIds) => {
      const before = rows.length;
      rows = rows.filter((row) => !eventIds.includes(row.event_id));
      const deleted = before - rows.length;
      return ok({ deleted, being_sent: 0, absent: eventIds.length - deleted });
    },
    queueDeleteWaiting: () => {
      const before = rows.length;
      rows = rows.filter((row) => row.state !== "waiting");
      return ok({ deleted: before - rows.length, being_sent: 0, absent: 0 });
    },
    queueExport: (filter) =>
      ok({ path: "Downloads/Ringside/events.ndjson", events: shown(filter).length }),
    uploadHold: () => ok(null),
    uploadLetGo: () => ok(null),
    uploadRetryNow: () => ok(null),
  };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}

function rowOf(line: FeedLine, at: number, count: number, state: QueueState): QueueRow {
  return {
    sequence: at + 1,
    event_id: line.event_id,
    match_key: line.match_key,
    state,
    event_type: `ringside.${line.kind}.v1`,
    time: line.time,
    age_s: AGE_STEP_S * (count - at),
    next: NEXT[state],
    bytes: 640 + 17 * at,
    reason: state === "refused" ? "unknown_kind" : null,
    detail: state === "refused" ? "this server knows no such kind" : null,
  };
}

function bodyOf(row: QueueRow): string {
  const data = { match: { key: row.match_key }, details: { weapon: "ak47" } };
  return JSON.stringify({ specversion: "1.0", id: row.event_id, type: row.event_type, data });
}
