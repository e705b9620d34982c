import { expect, test } from "vitest";

import type { PauseCode } from "../generated/bindings";
import { language } from "./language.svelte";
import { status } from "./sample_for_tests";
import { pauseInWords, uploadState } from "./upload_state";

const CODES: readonly PauseCode[] = [
  "not_saved",
  "enrolling",
  "asking_names_key",
  "names_not_hidden",
  "not_enrolled",
  "already_enrolled",
  "key_refused",
  "token_refused",
  "not_let_in",
  "too_old_version",
  "server_not_reached",
  "certificate",
  "not_our_server",
  "server_busy",
  "server_refused",
  "asked_again",
  "queue_unreadable",
  "other",
];

test.each([
  [{}, "fine", "sent · nothing waiting"],
  [{ pending: 3 }, "moving", "3 waiting"],
  [{ pending: 3, in_flight: 1200 }, "moving", "sending 1,200"],
  [
    { pending: 3, paused: "server_busy" },
    "paused",
    "paused: the server takes nothing at the moment",
  ],
  [{ pending: 3, paused: "other" }, "paused", "paused"],
  [{ pending: 3, held: true, paused: "held" }, "paused", "held back by you"],
  [{ server: null, pending: 3, paused: "no_server" }, "idle", "kept on this PC"],
  [{ quarantined: 2, settled: 9 }, "trouble", "2 refused by the server"],
  [{ quarantined: 2, pending: 3, paused: "server_busy" }, "trouble", "2 refused by the server"],
  [{ quarantined: 1, server: null }, "trouble", "1 refused by the server"],
  [{ pruned: 12, lost: 1, settled: 9 }, "incomplete", "sent, but 13 never were"],
  [{ lost: 1, pending: 3 }, "moving", "3 waiting"],
  [{ pruned: 12, server: null }, "idle", "kept on this PC"],
  [{ not_saved: 2, paused: "not_saved" }, "trouble", "2 not saved: the disk takes nothing"],
] as const)("%j is %s: %s", (upload, mark, words) => {
  expect(uploadState(status(upload))).toEqual({ mark, words });
});

test("a companion that does not run comes before any count", () => {
  const failed = { capture: { state: "failed", problem: "…" } } as const;
  expect(uploadState(status({ pending: 3 }, failed)).words).toBe("nothing is captured");
});

test("no reason is told in English to who reads German", () => {
  language.choose("de");
  try {
    for (const code of CODES) {
      const words = pauseInWords(code);
      expect(words).not.toMatch(/\b(the|server’s|paused|this)\b/);
      expect(words).toBe(uploadStateOf(code));
    }
    expect(pauseInWords("server_not_reached")).toBe("angehalten: der Server antwortet nicht");
  } finally {
    language.choose(null);
  }
});

/** What the line says where a server is there and nothing else is in the way. */
function uploadStateOf(code: PauseCode): string {
  return uploadState(status({ paused: code, paused_reason: "the server, in English" })).words;
}
