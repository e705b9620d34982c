import { expect, test } from "vitest";

import { mark } from "../../lib/sample_mark_for_tests";
import { grouped, groupOf } from "./groups";

/** What the two games that have sources tell, each once. */
const TOLD = [
  mark("a", { kind: "kill", part: "did" }),
  mark("b", { kind: "kill", part: "suffered" }),
  mark("c", { kind: "kill", part: "helped" }),
  mark("d", { kind: "multi_kill", part: "did", streak: 3 }),
  mark("e", { kind: "bomb_planted" }),
  mark("f", { kind: "objective_taken", named: "dragon" }),
  mark("g", { kind: "structure_destroyed" }),
  mark("h", { kind: "kill" }),
  mark("i", { kind: "other" }),
  mark("j", { kind: "round_started" }),
];

test("no two sorts of one timeline have the same mark", () => {
  const groups = grouped(TOLD);
  expect(groups.map(({ group }) => group).sort()).toEqual(TOLD.map(groupOf).sort());
  expect(new Set(groups.map(({ shape }) => shape)).size).toBe(TOLD.length);
});
