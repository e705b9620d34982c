import { expect, test } from "vitest";

import { matchesOf } from "../mock/matches_ipc";
import { endedMatch, JustEnded } from "./just_ended.svelte";
import { line } from "./sample_for_tests";

const KEY = "cs2:10001";
const ended = line("end", { kind: "match_ended", match_key: KEY });

test("a match has ended when its end is on disk and nothing is newer", () => {
  expect(endedMatch([ended, line("a", { match_key: KEY })])).toBe(KEY);
  expect(endedMatch([line("late", { match_key: KEY }), ended])).toBe(KEY);
  expect(endedMatch([{ ...ended, saved: "not_saved" }])).toBeNull();
  expect(endedMatch([line("next", { match_key: "cs2:next" }), ended])).toBeNull();
  expect(endedMatch([])).toBeNull();
});

test("the recap of the match that has ended is shown until the player is done with it", async () => {
  const just = new JustEnded(matchesOf(null));
  await just.look(KEY);
  expect(just.recap?.key).toBe(KEY);
  just.dismiss();
  await just.look(KEY);
  expect(just.recap, "it does not come back").toBeNull();
});

test("a match that begins takes the recap away, also where the answer comes late", async () => {
  const just = new JustEnded(matchesOf(null));
  const late = just.look(KEY);
  await just.look(null);
  await late;
  expect(just.recap).toBeNull();
});
