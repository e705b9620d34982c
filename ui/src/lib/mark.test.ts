import { expect, test } from "vitest";

import { markOf } from "./mark";
import { line } from "./sample_for_tests";

test.each([
  [{ attacker: "Ana", victim: "Bo" }, "your-kill"],
  [{ attacker: "Bo", victim: "Ana" }, "your-death"],
  [{ kind: "death", victim: "Ana" }, "your-death"],
  [{ attacker: "Cy", victim: "Dee" }, "kill"],
  [{ kind: "multi_kill", attacker: "Ana", streak: 3 }, "multi-kill"],
  [{ kind: "ace", attacker: "Cy" }, "multi-kill"],
  [{ kind: "bomb_defused", attacker: "Ana" }, "bomb"],
  [{ kind: "revive", attacker: "Ana", victim: "Bo" }, "revive"],
  [{ kind: "round_started" }, "round"],
  [{ kind: "objective_taken", attacker: "Ana" }, "objective"],
  [{ kind: "structure_destroyed", attacker: "Cy" }, "structure"],
  [{ kind: "goal", attacker: "Cy" }, "goal"],
  [{ kind: "save", attacker: "Ana" }, "save"],
  [{ kind: "toString" }, "rest"],
  [{ kind: "a_kind_of_next_year" }, "rest"],
])("%j is marked %s", (changes, mark) => {
  expect(markOf(line("a", changes))).toBe(mark);
});
