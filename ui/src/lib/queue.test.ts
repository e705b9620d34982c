import { expect, test } from "vitest";

import type { QueuePage } from "../generated/bindings";
import type { Answer } from "./ipc";
import { Queue, type QueueIpc } from "./queue.svelte";
import { line } from "./sample_for_tests";
import { queueOf } from "../mock/queue";

const LINES = Array.from({ length: 50 }, (_, at) => line(`event-${String(at)}`));

test("the rows are gone on with until there are no more", async () => {
  const queue = new Queue(queueOf(LINES));
  await queue.show("all");
  while (queue.hasMore) await queue.more();
  expect(queue.rows.map((row) => row.event_id)).toEqual(LINES.map((told) => told.event_id));
});

test("another state begins with its own rows", async () => {
  const queue = new Queue(queueOf(LINES));
  await queue.show("all");
  await queue.show("refused");
  expect(new Set(queue.rows.map((row) => row.state))).toEqual(new Set(["refused"]));
  expect(queue.total).toBe(queue.rows.length);
});

test("an answer that comes late takes nothing's place", async () => {
  const answers: ((page: Answer<QueuePage>) => void)[] = [];
  const queuePage = () => new Promise<Answer<QueuePage>>((answer) => answers.push(answer));
  const queue = new Queue({ ...queueOf(LINES), queuePage });
  const [first, second] = [queue.show("sent"), queue.show("waiting")];
  answers[1]?.(ok({ rows: [], next: null, total: 7 }));
  answers[0]?.(ok({ rows: [], next: null, total: 1284 }));
  await Promise.all([first, second]);
  expect(queue.total).toBe(7);
});

test("what is deleted is listed no more, and said", async () => {
  const queue = new Queue(queueOf(LINES));
  await queue.show("waiting");
  const row = queue.rows[0];
  if (row) await queue.delete(row);
  expect(queue.rows).not.toContainEqual(row);
  expect(queue.outcome).toEqual({ is: "deleted", count: 1, beingSent: 0 });
});

test("all that waits is deleted, also beyond what is listed, and the rest stays", async () => {
  const queue = new Queue(queueOf(LINES));
  await queue.show("all");
  const all = queue.total;
  await queue.show("waiting");
  const waiting = queue.total;
  await queue.deleteWaiting();
  expect(queue.outcome).toEqual({ is: "deleted_waiting", count: waiting, beingSent: 0 });
  expect(queue.total).toBe(0);
  await queue.show("all");
  expect(queue.total).toBe(all - waiting);
});

test("refused events wait again, all at once", async () => {
  const queue = new Queue(queueOf(LINES));
  await queue.show("refused");
  const refused = queue.total;
  await queue.requeue(null);
  expect(queue.outcome).toEqual({ is: "requeued", count: refused });
  expect(queue.total).toBe(0);
});

test("what cannot be done is a problem until something can", async () => {
  const error = { code: "queue", detail: "disk I/O error" } as const;
  const failing: QueueIpc["queueExport"] = () => Promise.resolve({ status: "error", error });
  const queue = new Queue({ ...queueOf(LINES), queueExport: failing });
  await queue.export();
  expect(queue.problem).toEqual(error);
  expect(queue.outcome).toBeNull();
  await queue.look();
  expect(queue.problem).toBeNull();
});

function ok(data: QueuePage): Answer<QueuePage> {
  return { status: "ok", data };
}
