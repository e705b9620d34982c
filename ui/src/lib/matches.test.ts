import { expect, test } from "vitest";

import type { MatchesPage, SpreadsheetWish } from "../generated/bindings";
import { MATCHES, matchesOf } from "../mock/matches_ipc";
import type { Answer } from "./ipc";
import { language } from "./language.svelte";
import { Matches, MATCHES_A_PAGE } from "./matches.svelte";
import { OpenMatch } from "./open_match.svelte";

const SERVER = "https://ringside.example";
const KEY = "cs2:10001";

test("the history is gone on with until there is no more of it", async () => {
  const matches = new Matches(matchesOf(SERVER));
  await matches.look();
  expect(matches.rows).toHaveLength(MATCHES_A_PAGE);
  while (matches.hasMore) await matches.more();
  expect(new Set(matches.rows.map(({ key }) => key)).size).toBe(MATCHES);
});

test("a search begins with the newest that fit, and is over when nothing is typed", async () => {
  const matches = new Matches(matchesOf(SERVER));
  await matches.look();
  await matches.more();
  await matches.search("counter mirage");
  expect(matches.rows.length).toBe(Math.min(matches.found, MATCHES_A_PAGE));
  expect(new Set(matches.rows.map(({ map }) => map))).toEqual(new Set(["de_mirage"]));
  await matches.search("");
  expect(matches.found).toBe(MATCHES);
});

test("a match is found by the page's own words for its day and its end", async () => {
  const matches = new Matches(matchesOf(SERVER));
  await matches.search("won november");
  expect(matches.found).toBeGreaterThan(0);
  expect(new Set(matches.rows.map(({ outcome }) => outcome))).toEqual(new Set(["won"]));
  await matches.search("won lost");
  expect(matches.found).toBe(0);
});

test("a spreadsheet is parted as the player's language expects, and says what happened", async () => {
  const wishes: SpreadsheetWish[] = [];
  const ipc = matchesOf(SERVER);
  const match = new OpenMatch(
    {
      ...ipc,
      matchCsv: (key, wish) => {
        wishes.push(wish);
        return ipc.matchCsv(key, wish);
      },
    },
    KEY,
  );
  await match.look();
  await match.csv();
  language.choose("de");
  try {
    await match.csv();
  } finally {
    language.choose(null);
  }
  expect(wishes.map(({ separator }) => separator)).toEqual(["comma", "semicolon"]);
  const [english, german] = wishes.map(({ labels }) => Object.values(labels));
  expect(english).toContain("Round started");
  expect(german).toContain("Runde begonnen");
});

test("an answer to what was typed before takes nothing's place", async () => {
  const answers: ((page: Answer<MatchesPage>) => void)[] = [];
  const matches = new Matches({
    matchesPage: () => new Promise((answer) => answers.push(answer)),
  });
  const asked = [matches.search("m"), matches.search("mi")];
  answers[1]?.(page(2));
  answers[0]?.(page(70));
  await Promise.all(asked);
  expect(matches.found).toBe(2);
});

test("a history that cannot be read is a problem until it can", async () => {
  const error = { code: "history", detail: "disk I/O error" } as const;
  let answer: Answer<MatchesPage> = { status: "error", error };
  const matches = new Matches({ matchesPage: () => Promise.resolve(answer) });
  await matches.look();
  expect(matches.problem).toEqual(error);
  expect(matches.kept, "nobody knows how many there are").toBeNull();
  answer = page(0);
  await matches.look();
  expect(matches.problem).toBeNull();
});

test("a match is told, and the server asked only when somebody wants it", async () => {
  const ipc = matchesOf(SERVER);
  let asked = 0;
  const match = new OpenMatch(
    {
      ...ipc,
      matchWitnesses: (key) => {
        asked += 1;
        return ipc.matchWitnesses(key);
      },
    },
    KEY,
  );
  await match.look();
  expect(match.known).toBe("told");
  expect([asked, match.witnessed]).toEqual([0, null]);
  await match.askServer();
  expect(asked).toBe(1);
  expect(Object.keys(match.witnessed?.events ?? {}).length).toBeGreaterThan(0);
});

test("the server is not asked again while it is asked", async () => {
  let asked = 0;
  const ipc = matchesOf(SERVER);
  const matchWitnesses: typeof ipc.matchWitnesses = () => {
    asked += 1;
    return new Promise(() => undefined);
  };
  const match = new OpenMatch({ ...ipc, matchWitnesses }, KEY);
  void match.askServer();
  await match.askServer();
  expect(asked).toBe(1);
});

test("chapters are called as the page calls the events", async () => {
  const match = new OpenMatch(matchesOf(SERVER), KEY);
  await match.look();
  const marks = match.told?.timeline.marks ?? [];
  const own = marks.find(({ part }) => part === "did");
  const pick = { kinds: ["kill", "death"], whose: "yours" as const };
  const chapters = await match.chapters(own?.event_id ?? "", pick);
  expect(chapters?.text).toMatch(/^00:00 You got a kill · \w+/);
});

test("a moment that was marked is called so in the player's language", async () => {
  let called = "";
  const ipc = matchesOf(SERVER);
  const matchChapters: typeof ipc.matchChapters = (key, wish) => {
    called = wish.marked;
    return ipc.matchChapters(key, wish);
  };
  const match = new OpenMatch({ ...ipc, matchChapters }, KEY);
  await match.look();
  await match.chapters("", { kinds: [], whose: "yours" });
  expect(called).toBe("Marked");
});

test("an erased match is there no more, and what was erased is said", async () => {
  const match = new OpenMatch(matchesOf(SERVER), KEY);
  await match.look();
  await match.erase("everywhere");
  expect(match.known).toBe("absent");
  expect(match.erased?.server).toEqual({ is: "done" });
});

test("a match that cannot be read is neither told nor called absent", async () => {
  const error = { code: "history", detail: "disk I/O error" } as const;
  const matchOpen = () => Promise.resolve({ status: "error", error } as const);
  const match = new OpenMatch({ ...matchesOf(SERVER), matchOpen }, KEY);
  await match.look();
  expect([match.known, match.problem]).toEqual(["asking", error]);
});

function page(found: number): Answer<MatchesPage> {
  const nothing = { matches: [], next: null, given_up: 0, set_aside: null, erasing: [] };
  return { status: "ok", data: { ...nothing, found, kept: found } };
}
