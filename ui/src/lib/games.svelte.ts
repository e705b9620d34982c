import type {
  Game,
  GameLook,
  Problem,
  SetupFile,
  UndoPreview,
  Undone,
} from "../generated/bindings";
import type { Answer, Ipc } from "./ipc";

/** What the page does with games. */
export type GamesIpc = Pick<
  Ipc,
  | "gamesLook"
  | "gameSetupPreview"
  | "gameSetup"
  | "gameSetupUndoPreview"
  | "gameSetupUndo"
  | "gameEnable"
  | "leagueClientAsk"
>;

/** What came of the last thing that the player asked for. */
export type GamesOutcome =
  { is: "set_up"; paths: readonly string[] } | { is: "undone"; undone: Undone };

/** A setup as it was looked at, for the player to say yes to. */
export interface Planned {
  readonly game: Game;
  readonly files: readonly SetupFile[];
}

/** What undoing a setup would do, as it was looked at, for the player to say yes to. */
export interface PlannedUndo {
  readonly game: Game;
  readonly preview: UndoPreview;
}

/** Why something could not be done to games' files, and what had been done by then. */
export interface GamesProblem extends Problem {
  /** Whether the player wanted a setup undone. */
  readonly undoing?: boolean;
  /** Whether other files were written all the same. */
  readonly partly?: boolean;
}

/** What stands between each game and its events, and what is done about it. */
export class Games {
  looks = $state.raw<readonly GameLook[]>([]);
  planned = $state.raw<Planned | null>(null);
  plannedUndo = $state.raw<PlannedUndo | null>(null);
  problem = $state.raw<GamesProblem | null>(null);
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

  /** Does what was planned to each file that still is as it was looked at. */
  async carryOut(planned: Planned): Promise<void> {
    this.planned = null;
    const paths: string[] = [];
    const failed: Problem[] = [];
    for (const file of planned.files.filter(({ does }) => does !== "nothing")) {
      const done = await this.#ipc.gameSetup(file.path, file.seen);
      if (done.status === "error") failed.push(done.error);
      else paths.push(file.path);
    }
    await this.look();
    const [first] = failed;
    if (first) this.problem = { ...first, detail: detailsOf(failed), partly: paths.length > 0 };
    if (paths.length > 0) this.outcome = { is: "set_up", paths };
  }

  /** Asks what putting a game's file back would do. */
  async planUndo(game: Game, path: string): Promise<void> {
    this.outcome = null;
    const preview = this.#done(await this.#ipc.gameSetupUndoPreview(path));
    if (preview) this.plannedUndo = { game, preview };
    else this.#wasUndoing();
  }

  /** Puts a game's file back as it was, where it still is as it was looked at. */
  async undo({ preview }: PlannedUndo): Promise<void> {
    this.plannedUndo = null;
    const answer = await this.#ipc.gameSetupUndo(preview.undoes.path, preview.seen);
    await this.look();
    const undone = this.#done(answer);
    if (undone) this.outcome = { is: "undone", undone };
    else this.#wasUndoing();
  }

  #wasUndoing(): void {
    if (this.problem) this.problem = { ...this.problem, undoing: true };
  }

  #done<T>(answer: Answer<T>): T | null {
    this.problem = answer.status === "error" ? answer.error : null;
    return answer.status === "ok" ? answer.data : null;
  }
}

/** Each says which file it is about. */
function detailsOf(problems: readonly Problem[]): string {
  return problems.map(({ detail }) => detail).join("; ");
}
