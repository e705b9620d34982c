import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ChapterSign, SIGN_MS } from "./chapter_sign.svelte";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a chapter that is marked is said for a moment", () => {
  const sign = new ChapterSign();
  sign.take("cs2:a", 0);
  sign.take("cs2:a", 1);
  expect(sign.shown).toBe(1);
  vi.advanceTimersByTime(SIGN_MS - 1);
  sign.take("cs2:a", 2);
  expect(sign.shown).toBe(2);
  vi.advanceTimersByTime(SIGN_MS - 1);
  expect(sign.shown).toBe(2);
  vi.advanceTimersByTime(1);
  expect(sign.shown).toBeNull();
});

test("what was marked before the page was opened is no news", () => {
  const sign = new ChapterSign();
  sign.take("cs2:a", 3);
  expect(sign.shown).toBeNull();
  sign.take("cs2:a", 3);
  expect(sign.shown).toBeNull();
});

test("another match, or none, ends what was said", () => {
  const sign = new ChapterSign();
  for (const next of ["cs2:b", null]) {
    sign.take("cs2:a", 0);
    sign.take("cs2:a", 1);
    sign.take(next, next === null ? 0 : 5);
    expect(sign.shown).toBeNull();
  }
});
