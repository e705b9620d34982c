import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { LiveUpdate } from "../generated/bindings";
import { line, update } from "../lib/sample_for_tests";
import { Follow, gapMs } from "./follow.svelte";

const ADDRESS = new URL("http://127.0.0.1:28731/token/events");

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("the gaps grow, and no further than a start of Ringside may take", () => {
  expect([1, 2, 3, 4, 5, 50].map(gapMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

test("what comes is told, and a stream that ends is followed anew", async () => {
  const first = update([line("a")]);
  const second = update([line("b")]);
  const page = following([stream([first]), stream([second])]);
  await vi.advanceTimersByTimeAsync(0);
  expect(page.told).toEqual([first]);
  await vi.advanceTimersByTimeAsync(gapMs(1));
  expect(page.told).toEqual([first, second]);
});

test("a stream that begins anew has forgotten what was before, and a failed try has not", async () => {
  const page = following([stream([update([line("a")])]), refused(), stream([update([])])]);
  await vi.advanceTimersByTimeAsync(gapMs(1));
  expect(page.forgotten()).toBe(1);
  await vi.advanceTimersByTimeAsync(gapMs(2));
  expect(page.forgotten()).toBe(2);
});

test("an address that is none any more is asked less and less often", async () => {
  const page = following([]);
  await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000 + 8_000);
  expect(page.asked()).toBe(5);
});

test("who says nothing for long is gone", async () => {
  const page = following([silent(), stream([update([line("a")])])]);
  await vi.advanceTimersByTimeAsync(39_000);
  expect(page.asked()).toBe(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(page.told).toHaveLength(1);
});

test("what was shown is forgotten when nothing comes any more, and not before", async () => {
  const page = following([stream([update([line("a")])])]);
  await vi.advanceTimersByTimeAsync(0);
  expect(page.forgotten(), "it began").toBe(1);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(page.forgotten()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(page.forgotten(), "the last match is not shown for ever").toBe(2);
  expect(page.follow.isDown).toBe(true);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(page.forgotten(), "once is enough").toBe(2);
});

test("a stream that soon goes on leaves nothing blank in between", async () => {
  const page = following([stream([update([line("a")])]), open(update([line("b")]))]);
  await vi.advanceTimersByTimeAsync(gapMs(1));
  expect(page.forgotten(), "once for each that began").toBe(2);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(page.forgotten()).toBe(2);
});

test("what says nothing any more is forgotten too, although it is still open", async () => {
  const page = following([open(update([line("a")]))]);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(page.forgotten()).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.forgotten()).toBe(2);
});

test("how the overlay looks is taken over, and is nothing that happened", async () => {
  const text = 'event: look\ndata: {"rows":7,"language":"de","surface":"stream"}\n\n';
  const page = following([() => new Response(text)]);
  expect(page.follow.rows).toBe(4);
  await vi.advanceTimersByTimeAsync(0);
  expect([page.follow.rows, page.follow.look?.language]).toEqual([7, "de"]);
  expect([page.told.length, page.forgotten()]).toEqual([0, 0]);
});

type Answering = (signal: AbortSignal) => Response;

function following(answers: Answering[]) {
  const told: LiveUpdate[] = [];
  let [asked, forgotten] = [0, 0];
  const get = (_: unknown, how?: RequestInit) => {
    const answer = answers[asked++] ?? refused();
    return Promise.resolve(answer(how?.signal ?? new AbortController().signal));
  };
  const follow = new Follow(ADDRESS, get as typeof fetch);
  follow.forget = () => {
    forgotten += 1;
  };
  void follow.watchLive((news) => told.push(news));
  return { follow, told, asked: () => asked, forgotten: () => forgotten };
}

function stream(updates: LiveUpdate[]): Answering {
  const text = updates.map((news) => `data: ${JSON.stringify(news)}\n\n`).join("");
  return () => new Response(text);
}

function refused(): Answering {
  return () => new Response("no such page", { status: 404 });
}

/** Open, and nothing comes. */
function silent(): Answering {
  return open();
}

/** Open, and nothing comes after these. */
function open(...updates: LiveUpdate[]): Answering {
  const text = updates.map((news) => `data: ${JSON.stringify(news)}\n\n`).join("");
  return (signal) => {
    const body = new ReadableStream({
      start(controller) {
        if (text !== "") controller.enqueue(new TextEncoder().encode(text));
        signal.addEventListener("abort", () => {
          controller.error(new Error("aborted"));
        });
      },
    });
    return new Response(body);
  };
}
