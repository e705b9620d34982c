import { expect, test } from "vitest";

import type { SourceStatus } from "../generated/bindings";
import { language } from "./language.svelte";
import { oddities } from "./oddities";

const FINE: SourceStatus = {
  source: "league",
  state: { is: "in_match" },
  frames: 9,
  unreadable: 0,
  last_unreadable: null,
  refused_posts: 0,
  frames_dropped: 0,
  events: 1,
  last_frame_at: null,
  drift: {},
};

test("a game that is read as it should be has nothing odd", () => {
  expect(oddities(FINE)).toEqual([]);
});

test("what could not be read is said in words, and why only beside them", () => {
  language.choose("de");
  const odd = oddities({ ...FINE, unreadable: 2, last_unreadable: "it is no JSON" });
  language.choose(null);
  expect(odd).toEqual([{ words: "2 Nachrichten nicht lesbar", detail: "it is no JSON" }]);
});

test("a game that is turned off within another is named, with who did it and why", () => {
  const off = { game: "valorant", reason: "the new act" };
  const games_off = [
    { ...off, server: null },
    { ...off, server: "https://ringside.example" },
  ];
  language.choose("en");
  const odd = oddities({ ...FINE, games_off });
  language.choose(null);
  expect(odd).toEqual([
    { words: "VALORANT is turned off on this PC for now", detail: "the new act" },
    {
      words: "VALORANT is turned off for now by https://ringside.example",
      detail: "the new act",
    },
  ]);
});
