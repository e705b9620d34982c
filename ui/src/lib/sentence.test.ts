import { expect, test } from "vitest";

import type { FeedLine } from "../generated/bindings";
import { line } from "./sample_for_tests";
import { sentence } from "./sentence";

function words(changes: Partial<FeedLine>): string {
  return sentence(line("a", changes))
    .map((piece) => (piece.is === "you" ? `*${piece.text}*` : piece.text))
    .join("");
}

test.each([
  [{ attacker: "Cy", victim: "Dee" }, "Cy killed Dee"],
  [{ attacker: "Ana", victim: "Bo" }, "*You* killed Bo"],
  [{ attacker: "Bo", victim: "Ana" }, "Bo killed *you*"],
  [{ attacker: "Ana", victim: "Ana" }, "*You* were killed"],
  [{ attacker: "Ana" }, "*You* got a kill"],
  [{ attacker: "Cy" }, "Cy got a kill"],
  [{ victim: "Dee" }, "Dee was killed"],
  [{}, "A kill"],
  [{ kind: "death", victim: "Ana" }, "*You* died"],
  [{ kind: "death", victim: "Ana", attacker: "Bo" }, "*You* died"],
  [{ kind: "bomb_planted", attacker: "Ana" }, "*You* planted the bomb"],
  [{ kind: "round_ended", attacker: "Ana" }, "Round ended"],
  [{ kind: "a_kind_of_next_year" }, "Something else happened"],
])("%j reads %s", (changes, expected) => {
  expect(words(changes)).toBe(expected);
});

test("names are text and never templates", () => {
  expect(words({ attacker: "{victim}", victim: "*Bo*" })).toBe("{victim} killed *Bo*");
});
