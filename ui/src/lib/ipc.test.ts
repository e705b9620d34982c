import type { Channel } from "@tauri-apps/api/core";
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, test } from "vitest";

import type { LiveUpdate } from "../generated/bindings";
import { ipc } from "./ipc";
import { line, update } from "./sample_for_tests";

afterEach(clearMocks);

test("the stream goes to the command that the shell declares", async () => {
  const asked: string[] = [];
  let stream: Channel<LiveUpdate> | undefined;
  mockIPC((command, args) => {
    asked.push(command);
    stream = (args as { channel: Channel<LiveUpdate> }).channel;
  });
  const told: LiveUpdate[] = [];
  await ipc.watchLive((news) => told.push(news));
  stream?.onmessage(update([line("a")]));
  expect(asked).toEqual(["watch_live"]);
  expect(told).toEqual([update([line("a")])]);
});
