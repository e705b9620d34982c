import type { Problem, QueueFilter, QueueRow } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does with the upload queue. */
export type QueueIpc = Pick<
  Ipc,
  | "queuePage"
  | "queueBody"
  | "queueRequeue"
  | "queueDelete"
  | "queueDeleteWaiting"
  | "queueExport"
  | "uploadHold"
  | "uploadLetGo"
  | "uploadRetryNow"
>;

/** What came of the last thing that the player asked for. */
export type Outcome =
  | { is: "deleted"; count: number; beingSent: number }
  | { is: "deleted_waiting"; count: number; beingSent: number }
  | { is: "requeued"; count: number }
  | { is: "exported"; count: number; path: string };

/** A row, and when its event was saved, in this PC's milliseconds: so its age goes on. */
export type ListedRow = QueueRow & { readonly saved_ms: number | null };

/** The rows of the upload queue as far as they were looked at, and what is done with them. */
export class Queue {
  filter = $state<QueueFilter>("waiting");
  rows = $state.raw<readonly ListedRow[]>([]);
  total = $state(0);
  problem = $state.raw<Problem | null>(null);
  outcome = $state.raw<Outcome | null>(null);

  readonly #ipc: QueueIpc;
  #next: number | null = null;
  /** Counts the questions: an answer to an earlier one is old. */
  #asked = 0;

  constructor(ipc: QueueIpc) {
    this.#ipc = ipc;
  }

  /** Whether there are rows that were not looked at yet. */
  get hasMore(): boolean {
    return this.rows.length < this.total;
  }

  /** Looks at these events from their first row on. */
  async show(filter: QueueFilter): Promise<void> {
    if (filter !== this.filter) this.rows = [];
    this.filter = filter;
    await this.look();
  }

  /** Looks again at the first rows: what stands where may have changed. */
  async look(): Promise<void> {
    await this.#ask(null, []);
  }

  /** Looks at the rows that follow. */
  async more(): Promise<void> {
    await this.#ask(this.#next, this.rows);
  }

  /** What leaves this PC of an event; `null` where it is there no more. */
  async body(row: QueueRow): Promise<string | null> {
    return this.#done(await this.#ipc.queueBody(row.event_id));
  }

  async delete(row: QueueRow): Promise<void> {
    const removal = this.#done(await this.#ipc.queueDelete([row.event_id]));
    if (!removal) return;
    const { deleted, absent, being_sent } = removal;
    this.outcome = { is: "deleted", count: deleted + absent, beingSent: being_sent };
    await this.look();
  }

  /** Deletes all that waits, also what is on no page that was looked at. */
  async deleteWaiting(): Promise<void> {
    const removal = this.#done(await this.#ipc.queueDeleteWaiting());
    if (!removal) return;
    const { deleted, being_sent } = removal;
    this.outcome = { is: "deleted_waiting", count: deleted, beingSent: being_sent };
    await this.look();
  }

  /** Sends one refused event again, or all. */
  async requeue(row: QueueRow | null): Promise<void> {
    const count = this.#done(await this.#ipc.queueRequeue(row && [row.event_id]));
    if (count === null) return;
    this.outcome = { is: "requeued", count };
    await this.look();
  }

  async export(): Promise<void> {
    const exported = this.#done(await this.#ipc.queueExport(this.filter));
    if (exported) this.outcome = { is: "exported", count: exported.events, path: exported.path };
  }

  /** Holds the upload back, or lets it go. */
  async hold(held: boolean): Promise<void> {
    this.#done(await (held ? this.#ipc.uploadHold() : this.#ipc.uploadLetGo()));
  }

  async retryNow(): Promise<void> {
    this.#done(await this.#ipc.uploadRetryNow());
  }

  async #ask(beyond: number | null, before: readonly ListedRow[]): Promise<void> {
    const asked = ++this.#asked;
    const answer = await this.#ipc.queuePage(this.filter, beyond);
    if (asked !== this.#asked) return;
    const page = this.#done(answer);
    if (!page) return;
    const now = Date.now();
    const saved = (age: number | null) => (age === null ? null : now - age * 1000);
    const rows = page.rows.map((row) => ({ ...row, saved_ms: saved(row.age_s) }));
    this.rows = [...before, ...rows];
    this.total = page.total;
    this.#next = page.next;
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
