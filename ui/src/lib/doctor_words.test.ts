import { expect, test } from "vitest";

import type { Advice, Reachable } from "../generated/bindings";
import { findingsOf } from "../mock/doctor";
import {
  adviceInWords,
  configInWords,
  leagueClientInWords,
  leagueClientTodo,
  placeInWords,
  reachableInWords,
  waitsForPlayer,
} from "./doctor_words";

test("a port is named as it is, without dots for thousands", () => {
  const { words } = reachableInWords("cs2", { is: "heard", port: 28_730 });
  expect(words).toContain("127.0.0.1:28730");
});

test("League is silent while no match runs, another game while it does not run", () => {
  const silent: Reachable = { is: "silent", port: 2999 };
  expect(reachableInWords("league", silent).words).toContain("match");
  expect(reachableInWords("rocket_league", silent).words).not.toContain("match");
});

test("what the system says stands apart from our words", () => {
  const reachable: Reachable = { is: "folder_unreadable", folder: "D:/Logs", detail: "denied" };
  expect(reachableInWords("elite", reachable)).toEqual({
    words: "D:/Logs cannot be read",
    detail: "denied",
  });
  expect(configInWords({ is: "unreadable", reason: "no text" }).detail).toBe("no text");
  const advice: Advice = { is: "see_why_unlisted", detail: "no Steam" };
  expect(adviceInWords(advice).detail).toBe("no Steam");
});

test("a file that says something else says from which line on", () => {
  expect(configInWords({ is: "differs", line: 3 }).words).toContain("line 3");
  expect(configInWords({ is: "differs", line: null }).words).not.toContain("line");
});

test("only a game that waits for the player opens by itself", () => {
  const open = findingsOf(false).sources.filter(({ verdict }) => waitsForPlayer(verdict));
  expect(open.map(({ source }) => source)).toEqual(["cs2", "rocket-league", "hearthstone"]);
});

test("a game whose files nobody finds is not called found", () => {
  const at = (source: string) => {
    const found = findingsOf(false).sources.find((one) => one.source === source);
    return found && placeInWords(found);
  };
  expect(at("dota2")).toBe("not where such games usually are");
  expect(at("league")).toBe("as soon as it runs");
  expect(at("elite")).toContain("Elite Dangerous");
});

test("the League client that is in the way says what to do, and one that is not asked nothing", () => {
  const locked = { is: "locked", detail: "refuses the lockfile's password" } as const;
  expect(leagueClientTodo(locked)).toContain("start it again");
  expect(leagueClientInWords(locked).detail).toBe(locked.detail);
  expect(leagueClientTodo({ is: "not_asked" })).toBeNull();
});
