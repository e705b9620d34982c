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
  await games.undo(path);
  expect([config(games), games.outcome]).toEqual([
    "differs",
    { is: "undone", how: "restored", path },
  ]);
});

test("a file that changed meanwhile is told, and the plan is over", async () => {
  const error = { code: "changed_since", detail: "somebody has changed it" } as const;
  const games = new Games({
    ...gamesOf(true),
    gameSetup: () => Promise.resolve({ status: "error", error }),
  });
  await games.plan("cs2", null);
  if (games.planned) await games.carryOut(games.planned);
  expect([games.problem, games.planned, games.outcome]).toEqual([error, null, null]);
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
