import { expect, test } from "vitest";

import type { UploadStatus } from "../generated/bindings";
import { heldUpBy, nextInWords } from "./queue_next";
import { status } from "./sample_for_tests";

const upload = (changes: Partial<UploadStatus> = {}) => status(changes).upload;

test("an event goes at once where nothing is in its way", () => {
  expect(nextInWords({ next: "turn" }, upload())).toBe("in its turn, at once");
  expect(heldUpBy({ next: "turn" }, upload())).toBeNull();
});

test("a server that does not answer is tried again at a time, and that is why", () => {
  const gone = upload({ next_attempt_in_s: 135, paused: "server_not_reached" });
  expect(nextInWords({ next: "turn" }, gone)).toBe("in 2 min");
  expect(heldUpBy({ next: "turn" }, gone)).toBe("the server does not answer");
});

test("what was refused waits alone, and the others do not", () => {
  const refused = upload({ next_attempt_in_s: 40, aside_in_s: 40, paused: "server_refused" });
  expect(nextInWords({ next: "aside" }, refused)).toBe("in 40 sec");
  expect(nextInWords({ next: "turn" }, { ...refused, paused: null })).toBe("in its turn, at once");
  const both = { ...refused, next_attempt_in_s: 2 };
  expect(nextInWords({ next: "aside" }, both)).toBe("in 40 sec");
  expect(nextInWords({ next: "turn" }, both)).toBe("in 2 sec");
});

test("what the server asks for again goes later, and neither before the server is tried", () => {
  const wanted = upload({ asked_again_in_s: 30 });
  expect(nextInWords({ next: "asked_again" }, wanted)).toBe("in 30 sec");
  expect(nextInWords({ next: "turn" }, wanted)).toBe("in its turn, at once");
  expect(heldUpBy({ next: "asked_again" }, wanted)).toBe("the server wants it again later");
  const gone = { ...wanted, next_attempt_in_s: 135, paused: "server_not_reached" } as const;
  expect(nextInWords({ next: "asked_again" }, gone)).toBe("in 2 min");
});

test.each([
  [{ server: null, paused: "no_server" }, "stays on this PC"],
  [{ held: true, paused: "held" }, "when you send again"],
  [{ paused: "token_refused" }, "when the upload goes on"],
] as const)("without a time of its own it says what must come first: %o", (changes, words) => {
  expect(nextInWords({ next: "turn" }, upload(changes))).toBe(words);
});

test.each([
  ["kept_here", "stays here: its game is not sent"],
  ["answer", "the server’s answer"],
  ["nothing", "nothing: it is there"],
  ["player", "nothing by itself"],
] as const)("an outage is no reason for what is %s", (next, words) => {
  const gone = upload({ next_attempt_in_s: 135, paused: "server_not_reached" });
  expect(nextInWords({ next }, gone)).toBe(words);
  expect(heldUpBy({ next }, gone)).toBeNull();
});

test("what the bar says by itself is no reason beside it", () => {
  expect(heldUpBy({ next: "turn" }, upload({ held: true, paused: "held" }))).toBeNull();
});
