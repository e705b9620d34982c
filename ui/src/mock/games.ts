/** The games of the mock: Counter-Strike is found and not set up, until somebody does it. */
import type { FoundGame, Game, GameLook, SetupFile } from "../generated/bindings";
import type { GamesIpc } from "../lib/games.svelte";
import type { Answer } from "../lib/ipc";

const FOLDER =
  "C:/Program Files (x86)/Steam/steamapps/common/Counter-Strike Global Offensive/game/csgo/cfg";
const FILE = `${FOLDER}/gamestate_integration_ringside.cfg`;
const PORT = 28_730;

const OLD = ['"Ringside"', "{", '\t"uri" "http://127.0.0.1:3000/"'];
const NEW = [`\t"uri" "http://127.0.0.1:${String(PORT)}/"`, '\t"timeout" "5.0"'];

export function gamesOf(found: boolean): GamesIpc {
  let config: FoundGame["config"] = "differs";
  let canUndo = false;
  let clientAsked = false;
  const enabled: Record<Game, boolean> = {
    cs2: true,
    league: true,
    dota2: true,
    rocket_league: true,
    overwolf: false,
    elite: true,
    hearthstone: true,
  };
  return {
    gamesLook: () =>
      ok<GameLook[]>([
        {
          game: "cs2",
          enabled: enabled.cs2,
          port: PORT,
          folder: null,
          client_asked: null,
          found: found ? [{ edition: "cs2", path: FILE, config, can_undo: canUndo }] : [],
          trouble: null,
        },
        { ...look("league", enabled.league, 2999), client_asked: clientAsked },
        look("dota2", enabled.dota2, 28_733),
        look("rocket_league", enabled.rocket_league, 49_123),
        look("overwolf", enabled.overwolf, 28_734),
        look("elite", enabled.elite, null),
        look("hearthstone", enabled.hearthstone, null),
      ]),
    gameSetupPreview: (game, folder) => {
      if (game === "league") return ok({ is: "nothing_to_install" });
      if (game !== "cs2") return ok({ is: "not_found" });
      if (folder !== null && !folder.includes("Counter-Strike")) {
        return refused("not_the_game", `${folder}: no Counter-Strike is there`);
      }
      if (!found && folder === null) return ok({ is: "not_found" });
      return ok({ is: "files", files: [fileFor(config)] });
    },
    gameSetup: (path) => {
      if (path !== FILE) return refused("not_the_game", path);
      const change = config === "current" ? "nothing" : "replace";
      config = "current";
      canUndo = true;
      return ok(change);
    },
    gameSetupUndoPreview: (path) =>
      ok({
        undoes: { path, how: "restored", left: [] },
        lines: fileFor("current").lines.flatMap((line) => [
          ...(NEW.includes(line.text.trimEnd()) ? [{ ...line, is: "removed" as const }] : [line]),
          ...(line.text.trimEnd() === NEW.at(-1)
            ? [{ is: "added" as const, text: `${String(OLD[2])}\n` }]
            : []),
        ]),
        seen: "after",
      }),
    gameSetupUndo: (path) => {
      config = "differs";
      canUndo = false;
      return ok({ path, how: "restored", left: [] });
    },
    gameEnable: (game, on) => {
      enabled[game] = on;
      return ok(null);
    },
    leagueClientAsk: (asked) => {
      clientAsked = asked;
      return ok(null);
    },
  };
}

/** A game that was not met on this PC. */
function look(game: Game, enabled: boolean, port: number | null): GameLook {
  return { game, enabled, port, folder: null, client_asked: null, found: [], trouble: null };
}

function fileFor(config: FoundGame["config"]): SetupFile {
  const done = config === "current";
  return {
    path: FILE,
    edition: "cs2",
    does: done ? "nothing" : "replace",
    seen: done ? "after" : "before",
    lines: [
      ...OLD.slice(0, 2).map((text) => ({ is: "same" as const, text: `${text}\n` })),
      ...(done ? [] : [{ is: "removed" as const, text: `${String(OLD[2])}\n` }]),
      ...NEW.map((text) => ({
        is: done ? ("same" as const) : ("added" as const),
        text: `${text}\n`,
      })),
      { is: "same", text: "}\n" },
    ],
  };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}

function refused<T>(code: "not_the_game", detail: string): Promise<Answer<T>> {
  return Promise.resolve({ status: "error", error: { code, detail } });
}
