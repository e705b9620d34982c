import { emit } from "@tauri-apps/api/event";
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, test } from "vitest";

import { ipc } from "./ipc";
import { line, status } from "./sample_for_tests";

afterEach(clearMocks);

test("both questions go to the commands the shell declares", async () => {
  mockIPC((command) => ({ feed_recent: [line("a")], status_now: status() })[command]);
  expect(await ipc.feedRecent()).toEqual([line("a")]);
  expect(await ipc.statusNow()).toEqual(status());
});

test("news reaches the page until it stops listening", async () => {
  mockIPC(() => undefined, { shouldMockEvents: true });
  const told: unknown[] = [];
  const unlisten = await ipc.onFeed((news) => told.push(news));
  await ipc.onStatus((news) => told.push(news));
  await emit("feed", line("a"));
  await emit("status", status());
  expect(told).toEqual([line("a"), status()]);
  unlisten();
  await emit("feed", line("b"));
  expect(told).toHaveLength(2);
});
