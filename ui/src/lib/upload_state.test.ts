import { expect, test } from "vitest";

import { status } from "./sample_for_tests";
import { uploadState } from "./upload_state";

test.each([
  [{}, "fine", "sent · nothing waiting"],
  [{ pending: 3 }, "moving", "3 waiting"],
  [{ pending: 3, in_flight: 1200 }, "moving", "sending 1,200"],
  [{ pending: 3, paused_reason: "sign in again" }, "paused", "paused: sign in again"],
  [{ pending: 3, held: true, paused_reason: "you hold it" }, "paused", "held back by you"],
  [{ server: null, pending: 3 }, "idle", "kept on this PC"],
  [{ not_saved: 2, paused_reason: "sign in again" }, "trouble", "not saved: 2 in memory"],
])("%j is %s: %s", (upload, mark, words) => {
  expect(uploadState(status(upload))).toEqual({ mark, words });
});

test("a companion that does not run comes before any count", () => {
  const failed = { capture: { state: "failed", problem: "…" } } as const;
  expect(uploadState(status({ pending: 3 }, failed)).words).toBe("nothing is captured");
});
