import type { Problem, RecordingRow } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does with recordings. */
export type RecordingsIpc = Pick<
  Ipc,
  "recordingsList" | "recordingSwitch" | "recordingDelete" | "recordingExport" | "recordingRedact"
>;

/** What came of the last thing that the player asked for. */
export type RecordingsOutcome =
  | { is: "deleted"; name: string }
  | { is: "exported"; path: string }
  | { is: "without_names"; name: string; names: number };

/** The recordings of this PC, and what is done with them. */
export class Recordings {
  rows = $state.raw<readonly RecordingRow[]>([]);
  records = $state(false);
  folder = $state("");
  /** Whether the recordings were looked at yet: reading them through takes its time. */
  looked = $state(false);
  problem = $state.raw<Problem | null>(null);
  outcome = $state.raw<RecordingsOutcome | null>(null);

  readonly #ipc: RecordingsIpc;

  constructor(ipc: RecordingsIpc) {
    this.#ipc = ipc;
  }

  /** Looks at every recording again. */
  async look(): Promise<void> {
    const list = this.#done(await this.#ipc.recordingsList());
    if (!list) return;
    this.rows = list.rows;
    this.records = list.records;
    this.folder = list.folder;
    this.looked = true;
  }

  /** Records what games say from now on, or no more. */
  async record(on: boolean): Promise<void> {
    await this.#act(this.#ipc.recordingSwitch(on), () => null);
  }

  async delete({ name }: RecordingRow): Promise<void> {
    await this.#act(this.#ipc.recordingDelete(name), () => ({ is: "deleted", name }));
  }

  /** Copies a recording into the player's downloads. */
  async export({ name }: RecordingRow): Promise<void> {
    await this.#act(this.#ipc.recordingExport(name), (path) => ({ is: "exported", path }));
  }

  /** Makes a copy with every player called by a number. */
  async redact({ name }: RecordingRow): Promise<void> {
    await this.#act(this.#ipc.recordingRedact(name), (copy) => ({
      is: "without_names",
      ...copy,
    }));
  }

  async #act<T>(
    asked: Promise<Answer<T>>,
    outcome: (data: T) => RecordingsOutcome | null,
  ): Promise<void> {
    this.outcome = null;
    const answer = await asked;
    await this.look();
    this.#done(answer);
    if (answer.status === "ok") this.outcome = outcome(answer.data);
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
