import type { ErasingMatch, MatchesPage, Problem, Summary } from "../generated/bindings";
import { gameNames } from "./game_name";
import type { Answer, Ipc } from "./ipc";
import { MAP_NAMES } from "./map_name";
import { outcomeWords } from "./match_words";
import { placesAt } from "./places";

/** What the pages do with matches. */
export type MatchesIpc = Pick<
  Ipc,
  "matchesPage" | "matchOpen" | "matchChapters" | "matchCsv" | "matchWitnesses" | "matchErase"
>;

/** Matches that are looked at in one go: more than a 4K screen shows. */
export const MATCHES_A_PAGE = 50;

/** The player's history as far as it was looked at, newest first. */
export class Matches {
  text = $state("");
  rows = $state.raw<readonly Summary[]>([]);
  /** Matches that fit the search. */
  found = $state(0);
  /** Matches that there are; `null` before the first answer. */
  kept = $state<number | null>(null);
  givenUp = $state(0);
  setAside = $state<string | null>(null);
  erasing = $state.raw<readonly ErasingMatch[]>([]);
  problem = $state.raw<Problem | null>(null);

  readonly #ipc: Pick<Ipc, "matchesPage">;
  #next = $state<string | null>(null);
  /** Counts the questions: an answer to an earlier one is old. */
  #asked = 0;

  constructor(ipc: Pick<Ipc, "matchesPage">) {
    this.#ipc = ipc;
  }

  /** Whether there are matches that were not looked at yet. */
  get hasMore(): boolean {
    return this.#next !== null && this.rows.length < this.found;
  }

  /** Looks for matches in which all these words stand somewhere. */
  async search(text: string): Promise<void> {
    this.text = text;
    await this.look();
  }

  /** Looks again at the newest: there may be others than before. */
  async look(): Promise<void> {
    await this.#ask(null, []);
  }

  /** Looks at the ones that follow. */
  async more(): Promise<void> {
    await this.#ask(this.#next, this.rows);
  }

  async #ask(before: string | null, known: readonly Summary[]): Promise<void> {
    const asked = ++this.#asked;
    const answer = await this.#ipc.matchesPage(
      {
        text: this.text,
        places: placesAt(Date.now()),
        shown: { ...gameNames(), ...MAP_NAMES, ...outcomeWords() },
      },
      before,
      MATCHES_A_PAGE,
    );
    if (asked === this.#asked) this.#take(answer, known);
  }

  #take(answer: Answer<MatchesPage>, known: readonly Summary[]): void {
    this.problem = answer.status === "error" ? answer.error : null;
    if (answer.status === "error") return;
    const page = answer.data;
    this.rows = [...known, ...page.matches];
    this.#next = page.next;
    this.found = page.found;
    this.kept = page.kept;
    this.givenUp = page.given_up;
    this.setAside = page.set_aside;
    this.erasing = page.erasing;
  }
}
