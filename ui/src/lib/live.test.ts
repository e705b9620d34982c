import { expect, test } from "vitest";

import type { LiveUpdate } from "../generated/bindings";
import { Live } from "./live.svelte";
import { line, running, status, update } from "./sample_for_tests";

test("what was there before the page is shown, newest first", async () => {
  const { live, tell } = await begun();
  tell(update([line("a"), line("b")], { status: status({ pending: 2 }) }));
  expect(ids(live)).toEqual(["b", "a"]);
  expect(live.status.upload.pending).toBe(2);
});

test("the page says that it was told nothing yet", async () => {
  const { live, tell } = await begun();
  expect(live.reach).toBe("asking");
  tell(update([]));
  expect(live.reach).toBe("told");
});

test("a line told again is renewed where it stands", async () => {
  const { live, tell } = await begun();
  tell(update([line("a", { saved: "not_saved" }), line("b")]));
  tell(update([line("a", { saved: "saved" })]));
  expect(ids(live)).toEqual(["b", "a"]);
  expect(live.feed[1]?.saved).toBe("saved");
});

test("what an update does not speak of stays", async () => {
  const { live, tell } = await begun();
  tell(update([line("a")], { status: status({ settled: 1 }), running: running() }));
  tell(update([line("b")]));
  expect(live.status.upload.settled).toBe(1);
  expect(live.running).toEqual(running());
});

test("a match that ended is shown no longer", async () => {
  const { live, tell } = await begun();
  tell(update([], { running: running() }));
  tell(update([], { running: { glance: null, source: null, chapters: 0 } }));
  expect(live.running.glance).toBeNull();
});

test("what was erased is shown no longer, and what comes with it is", async () => {
  const { live, tell } = await begun();
  tell(update([line("a")], { status: status({ settled: 1 }), running: running() }));
  tell(update([line("b")], { forget: true }));
  expect(ids(live)).toEqual(["b"]);
  expect(live.running.glance).toBeNull();
  expect(live.status.upload.settled).toBe(1);
});

test("a shell out of reach is said to be", async () => {
  const live = new Live({ watchLive: () => Promise.reject(new Error("refused")) });
  await live.start();
  expect(live.reach).toBe("unreachable");
});

async function begun() {
  let told: (update: LiveUpdate) => void = () => undefined;
  const live = new Live({
    watchLive: (tell) => {
      told = tell;
      return Promise.resolve();
    },
  });
  await live.start();
  return {
    live,
    tell: (news: LiveUpdate) => {
      told(news);
    },
  };
}

function ids(live: Live): string[] {
  return live.feed.map((shown) => shown.event_id);
}
