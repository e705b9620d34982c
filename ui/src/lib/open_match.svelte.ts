import type {
  ChapterPick,
  Chapters,
  EraseWhere,
  Erasure,
  OpenMatch as Told,
  Problem,
  Spreadsheet,
  WitnessAnswer,
  Witnessed,
} from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import type { Answer } from "./ipc";
import { hasDecimalComma } from "./language.svelte";
import type { MatchesIpc } from "./matches.svelte";
import { utcOffsetMin } from "./places";
import { markWords } from "./told_mark";

/** What is known of the match: asked for, told, erased or never there. */
export type Known = "asking" | "told" | "absent";

/** One match that is looked at, and what is done with it. */
export class OpenMatch {
  known = $state<Known>("asking");
  told = $state.raw<Told | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** What the server said last; `null` before it was asked. */
  answer = $state.raw<WitnessAnswer | null>(null);
  /** Whether the server is being asked at this moment. */
  isAsking = $state(false);
  file = $state.raw<Spreadsheet | null>(null);
  erased = $state.raw<Erasure | null>(null);

  readonly key: string;
  readonly #ipc: MatchesIpc;

  constructor(ipc: MatchesIpc, key: string) {
    this.#ipc = ipc;
    this.key = key;
  }

  /** What others saw, as far as the server told it. */
  get witnessed(): Witnessed | null {
    return this.answer?.is === "here" ? this.answer.witnessed : (this.told?.witnessed ?? null);
  }

  async look(): Promise<void> {
    const answer = await this.#ipc.matchOpen(this.key);
    const failed = answer.status === "error";
    const told = this.#done(answer);
    if (failed) return;
    this.told = told;
    this.known = told ? "told" : "absent";
  }

  async askServer(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const answer = this.#done(await this.#ipc.matchWitnesses(this.key));
    this.isAsking = false;
    if (answer) this.answer = answer;
  }

  /** The chapters of a video that begins with an event of this match. */
  async chapters(start: string, pick: ChapterPick): Promise<Chapters | null> {
    const wish = { start, pick, labels: this.#labels(), marked: m.matches_chapters_marked() };
    return this.#done(await this.#ipc.matchChapters(this.key, wish));
  }

  /** As a spreadsheet that opens in columns where the player lives. */
  async csv(): Promise<void> {
    const began = Date.parse(this.told?.summary.first_seen ?? "");
    const wish = {
      separator: hasDecimalComma() ? ("semicolon" as const) : ("comma" as const),
      utc_offset_min: Number.isNaN(began) ? 0 : utcOffsetMin(began),
      labels: this.#labels(),
    };
    this.file = this.#done(await this.#ipc.matchCsv(this.key, wish));
  }

  async erase(where: EraseWhere): Promise<void> {
    const erased = this.#done(await this.#ipc.matchErase(this.key, where));
    if (!erased) return;
    this.erased = erased;
    await this.look();
  }

  /** What the page calls its events, by their ids. */
  #labels(): Record<string, string> {
    const marks = this.told?.timeline.marks ?? [];
    return Object.fromEntries(marks.map((mark) => [mark.event_id, markWords(mark)]));
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
