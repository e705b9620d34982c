import { expect, test } from "vitest";

import { line } from "./sample_for_tests";
import { isYou, yourPart } from "./you";

test.each([
  ["Ana", "Ana#EU1", true],
  ["Ana#EU1", "Ana#EU1", true],
  ["Ana ", "Ana", true],
  ["Anabel", "Ana#EU1", false],
  ["#1", "#1", true],
  ["Ana", null, false],
  [null, null, false],
])("%j beside %j is the player: %j", (name, observer, you) => {
  expect(isYou(name, line("a", { observer }))).toBe(you);
});

test("Counter-Strike names nobody but the player", () => {
  const own = line("a", { source: "cs2", observer: "76561198000000000", attacker: "Ana" });
  expect(yourPart(own)).toBe("did");
});

test("who dies by their own hand has died", () => {
  expect(yourPart(line("a", { attacker: "Ana", victim: "Ana" }))).toBe("suffered");
});

test("where the game names accounts the player is whom their account is", () => {
  const own = line("a", { source: "dota2", observer: "123", you: "player 3" });
  expect(yourPart({ ...own, attacker: "player 3", victim: "player 7" })).toBe("did");
  expect(yourPart({ ...own, attacker: "player 7", victim: "player 3" })).toBe("suffered");
  expect(yourPart({ ...own, attacker: "player 7", victim: "player 8" })).toBe("watched");
});
