import { expect, test } from "vitest";

import type { FeedLine, Status } from "../generated/bindings";
import type { Ipc } from "./ipc";
import { Live } from "./live.svelte";
import { line, status } from "./sample_for_tests";

/** A shell whose answers wait until they are let go. */
class Shell implements Ipc {
  tellFeed: (line: FeedLine) => void = () => undefined;
  tellStatus: (status: Status) => void = () => undefined;
  listeners = 0;
  readonly recent = deferred<FeedLine[]>();
  readonly now = deferred<Status>();

  feedRecent = () => this.recent.promise;
  statusNow = () => this.now.promise;

  onFeed = (told: (line: FeedLine) => void) => {
    this.tellFeed = told;
    return this.#listening();
  };

  onStatus = (told: (status: Status) => void) => {
    this.tellStatus = told;
    return this.#listening();
  };

  answer(recent: FeedLine[], now: Status) {
    this.recent.resolve(recent);
    this.now.resolve(now);
  }

  #listening() {
    this.listeners += 1;
    return Promise.resolve(() => {
      this.listeners -= 1;
    });
  }
}

test("what was there before the page is shown", async () => {
  const { shell, live } = shown();
  shell.answer([line("b"), line("a")], status({ pending: 2 }));
  await live.start();
  expect(ids(live)).toEqual(["b", "a"]);
  expect(live.status.upload.pending).toBe(2);
  expect(live.reach).toBe("told");
});

test("news between listening and the answer is neither lost nor doubled", async () => {
  const { shell, live } = shown();
  const started = live.start();
  shell.tellFeed(line("b"));
  shell.tellFeed(line("c"));
  shell.tellStatus(status({ pending: 3 }));
  shell.answer([line("b"), line("a")], status({ pending: 2 }));
  await started;
  expect(ids(live)).toEqual(["c", "b", "a"]);
  expect(live.status.upload.pending, "news is newer than the answer").toBe(3);
});

test("later news goes on top", async () => {
  const { shell, live } = shown();
  shell.answer([line("a")], status());
  await live.start();
  shell.tellFeed(line("b"));
  shell.tellStatus(status({ settled: 1 }));
  expect(ids(live)).toEqual(["b", "a"]);
  expect(live.status.upload.settled).toBe(1);
});

test("a shell out of reach is said, not thrown", async () => {
  const { shell, live } = shown();
  shell.recent.reject(new Error("no shell"));
  shell.now.resolve(status());
  await live.start();
  expect(live.reach).toBe("unreachable");
});

test("ending ends both subscriptions", async () => {
  const { shell, live } = shown();
  shell.answer([], status());
  const end = await live.start();
  expect(shell.listeners).toBe(2);
  end();
  expect(shell.listeners).toBe(0);
});

function shown() {
  const shell = new Shell();
  return { shell, live: new Live(shell) };
}

function ids(live: Live): string[] {
  return live.feed.map((line) => line.event_id);
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
