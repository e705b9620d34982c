import { expect, test } from "vitest";

import { byMatch, FEED_LINES_MAX, remember } from "./feed";
import { line } from "./sample_for_tests";

test("the newest line is on top", () => {
  expect(remember([line("a")], line("b")).map((shown) => shown.event_id)).toEqual(["b", "a"]);
});

test("a line told again is renewed where it stands", () => {
  const feed = [line("b"), line("a", { saved: "not_saved" })];
  const renewed = remember(feed, line("a"));
  expect(renewed.map((shown) => shown.event_id)).toEqual(["b", "a"]);
  expect(renewed[1]?.saved).toBe("saved");
});

test("the feed is bounded and drops the oldest", () => {
  const full = Array.from({ length: FEED_LINES_MAX }, (_, index) => line(String(index)));
  const feed = remember(full, line("new"));
  expect(feed).toHaveLength(FEED_LINES_MAX);
  expect(feed[0]?.event_id).toBe("new");
  expect(feed.at(-1)?.event_id).toBe(String(FEED_LINES_MAX - 2));
});

test("lines of one match stand together, in the order they came", () => {
  const cs2 = { match_key: "cs2:session-1", source: "cs2" };
  const feed = [line("d"), line("c", cs2), line("b", cs2), line("a")];
  expect(byMatch(feed).map((match) => [match.source, match.lines.length])).toEqual([
    ["league", 1],
    ["cs2", 2],
    ["league", 1],
  ]);
});
