import { expect, test } from "vitest";

import { gamesOf } from "../mock/games";
import { Games } from "./games.svelte";

test("what was planned is done once the player agrees, and can be undone", async () => {
  const games = new Games(gamesOf(true));
  await games.look();
  await games.plan("cs2", null);
  expect(config(games)).toBe("differs");
  if (games.planned) await games.carryOut(games.planned);
  expect(config(games)).toBe("current");
  const path = games.looks[0]?.found[0]?.path ?? "";
  expect(games.outcome).toEqual({ is: "set_up", paths: [path] });
  await games.planUndo("cs2", path);
  expect(config(games), "it was only looked at").toBe("current");
  const gone = games.plannedUndo?.preview.lines.filter(({ is }) => is === "removed");
  expect(gone?.map(({ text }) => text)).toContain('\t"timeout" "5.0"\n');
  if (games.plannedUndo) await games.undo(games.plannedUndo);
  expect([config(games), games.outcome, games.plannedUndo]).toEqual([
    "differs",
    { is: "undone", undone: { path, how: "restored", left: [] } },
    null,
  ]);
});

test("a file that somebody changed is not undone, and is told as one to undo", async () => {
  const error = { code: "changed_since", detail: "somebody has changed it" } as const;
  const refused = () => Promise.resolve({ status: "error", error } as const);
  const games = new Games({ ...gamesOf(true), gameSetupUndoPreview: refused });
  await games.planUndo("cs2", "a.cfg");
  expect([games.problem, games.plannedUndo]).toEqual([{ ...error, undoing: true }, null]);
});

test("of two files the one that changed meanwhile is left alone, and both are said", async () => {
  const games = new Games({
    ...gamesOf(true),
    gameSetup: (path) =>
      Promise.resolve(
        path === "a.cfg"
          ? { status: "error", error: { code: "changed_since", detail: "a.cfg: changed" } }
          : { status: "ok", data: "create" },
      ),
  });
  const file = { edition: "cs2", does: "create", lines: [], seen: "" } as const;
  const files = ["a.cfg", "b.cfg"].map((path) => ({ ...file, lines: [], path }));
  await games.carryOut({ game: "cs2", files });
  expect(games.outcome).toEqual({ is: "set_up", paths: ["b.cfg"] });
  expect(games.problem).toEqual({
    code: "changed_since",
    detail: "a.cfg: changed",
    partly: true,
  });
});

test("a file that changed meanwhile is told, and the plan is over", async () => {
  const error = { code: "changed_since", detail: "somebody has changed it" } as const;
  const games = new Games({
    ...gamesOf(true),
    gameSetup: () => Promise.resolve({ status: "error", error }),
  });
  await games.plan("cs2", null);
  if (games.planned) await games.carryOut(games.planned);
  const problem = { ...error, partly: false };
  expect([games.problem, games.planned, games.outcome]).toEqual([problem, null, null]);
});

test("a folder that is none of the game's is told", async () => {
  const games = new Games(gamesOf(false));
  await games.plan("cs2", "C:/Users/Ana/Pictures");
  expect(games.problem?.code).toBe("not_the_game");
});

test("a game that Steam does not know is told as such", async () => {
  const games = new Games(gamesOf(false));
  await games.plan("cs2", null);
  expect(games.notFound).toBe("cs2");
});

test("a game that is switched off is shown as off", async () => {
  const games = new Games(gamesOf(true));
  await games.enable("cs2", false);
  const isOn = (game: string) => games.looks.find((look) => look.game === game)?.enabled;
  expect([isOn("cs2"), isOn("league")]).toEqual([false, true]);
});

test("only League has a client to ask, and it is asked once the player wants that", async () => {
  const games = new Games(gamesOf(true));
  await games.look();
  const asked = () => games.looks.filter((look) => look.client_asked !== null);
  expect(asked().map(({ game, client_asked }) => [game, client_asked])).toEqual([
    ["league", false],
  ]);
  await games.askClient(true);
  expect(asked()[0]?.client_asked).toBe(true);
});

function config(games: Games): string | undefined {
  return games.looks[0]?.found[0]?.config;
}
