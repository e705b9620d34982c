import { expect, test } from "vitest";

import { mark } from "./sample_mark_for_tests";
import { markInFull, markShape, markWords } from "./told_mark";

test("the story's word for the player's part makes the sentence", () => {
  const names = { attacker: "Ana", victim: "Bo" };
  expect(markWords(mark("a", { ...names, part: "did" }))).toBe("You killed Bo");
  expect(markWords(mark("a", { ...names, part: "suffered" }))).toBe("Ana killed you");
  expect(markWords(mark("a", { ...names, part: "watched" }))).toBe("Ana killed Bo");
  expect(markWords(mark("a", { ...names, part: "helped" }))).toBe("Ana killed Bo · you helped");
});

test("a player's own counter needs no name", () => {
  expect(markWords(mark("a", { part: "did" }))).toBe("You got a kill");
  expect(markWords(mark("a", { kind: "death", part: "suffered" }))).toBe("You died");
});

test("a namesake is not the player where the story says so", () => {
  const namesake = mark("a", { attacker: "Ana", part: "watched", observer: "Ana#EUW" });
  expect(markWords(namesake)).toBe("Ana got a kill");
  expect(markShape(namesake)).toBe("kill");
});

test("what the game says beside it stands beside it", () => {
  const told = mark("a", { part: "did", victim: "Bo", weapon: "weapon_ak47", headshot: true });
  expect(markWords(told)).toBe("You killed Bo · AK-47 · headshot");
  expect(markWords(mark("a", { stage: "warm_up" }))).toBe("A kill · warm-up");
});

test("a reader hears the time, the round and what happened", () => {
  const told = mark("a", { part: "did", victim: "Bo", match_clock_ms: 84_000, round: 7 });
  expect(markInFull(told)).toBe("1:24, round 7, You killed Bo");
});
