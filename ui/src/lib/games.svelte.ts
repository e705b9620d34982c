import type { Game, GameLook, Problem, SetupFile, Undo } from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does with games. */
export type GamesIpc = Pick<
  Ipc,
  | "gamesLook"
  | "gameSetupPreview"
  | "gameSetup"
  | "gameSetupUndo"
  | "gameEnable"
  | "leagueClientAsk"
>;

/** What came of the last thing that the player asked for. */
export type GamesOutcome =
  { is: "set_up"; paths: readonly string[] } | { is: "undone"; how: Undo; path: string };

/** A setup as it was looked at, for the player to say yes to. */
export interface Planned {
  readonly game: Game;
  readonly files: readonly SetupFile[];
}

/** What stands between each game and its events, and what is done about it. */
export class Games {
  looks = $state.raw<readonly GameLook[]>([]);
  planned = $state.raw<Planned | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** No such game is where games usually are. */
  notFound = $state<Game | null>(null);
  outcome = $state.raw<GamesOutcome | null>(null);

  readonly #ipc: GamesIpc;

  constructor(ipc: GamesIpc) {
    this.#ipc = ipc;
  }

  /** Looks at every game again. */
  async look(): Promise<void> {
    const looks = this.#done(await this.#ipc.gamesLook());
    if (looks) this.looks = looks;
  }

  /** Reads a game from now on, or no more. */
  async enable(game: Game, on: boolean): Promise<void> {
    const answer = await this.#ipc.gameEnable(game, on);
    await this.look();
    this.#done(answer);
  }

  /** Asks the League client from now on which match runs, or no more. */
  async askClient(asked: boolean): Promise<void> {
    const answer = await this.#ipc.leagueClientAsk(asked);
    await this.look();
    this.#done(answer);
  }

  /** Asks what a setup would do, in this folder or wherever the game is found. */
  async plan(game: Game, folder: string | null): Promise<void> {
    this.outcome = null;
    this.notFound = null;
    const preview = this.#done(await this.#ipc.gameSetupPreview(game, folder));
    if (preview?.is === "files") this.planned = { game, files: preview.files };
    if (preview?.is === "not_found") this.notFound = game;
  }

  /** Does what was planned, file by file, up to the first that cannot be. */
  async carryOut(planned: Planned): Promise<void> {
    this.planned = null;
    const paths: string[] = [];
    let failed: Problem | null = null;
    for (const file of planned.files.filter(({ does }) => does !== "nothing")) {
      const done = await this.#ipc.gameSetup(file.path, file.seen);
      if (done.status === "error") {
        failed = done.error;
        break;
      }
      paths.push(file.path);
    }
    await this.look();
    if (failed) this.problem = failed;
    if (paths.length > 0) this.outcome = { is: "set_up", paths };
  }

  /** Puts a game's file back as it was. */
  async undo(path: string): Promise<void> {
    this.outcome = null;
    const answer = await this.#ipc.gameSetupUndo(path);
    await this.look();
    const undone = this.#done(answer);
    if (undone) this.outcome = { is: "undone", how: undone.how, path };
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}
