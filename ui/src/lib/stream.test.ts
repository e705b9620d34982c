import { expect, test } from "vitest";

import { streamOf } from "../mock/stream";
import { Stream, wholeNumber } from "./stream.svelte";

test("a change leaves the rest as it is", async () => {
  const stream = new Stream(streamOf(false));
  await stream.look();
  await stream.change({ delay_s: 120 });
  expect(stream.state?.choice).toEqual({
    enabled: true,
    port: 28_731,
    hide_names: true,
    delay_s: 120,
  });
});

test("another address is another, and it is said", async () => {
  const stream = new Stream(streamOf(false));
  await stream.look();
  const before = stream.state?.address;
  await stream.newAddress();
  expect(stream.state?.address).not.toBe(before);
  expect(stream.replaced).toBe(true);
  await stream.change({ hide_names: false });
  expect(stream.replaced, "it is news once").toBe(false);
});

test("what cannot be changed stays as it was and is a problem", async () => {
  const stream = new Stream({
    ...streamOf(false),
    streamChange: () =>
      Promise.resolve({ status: "error", error: { code: "settings", detail: "line 3" } }),
  });
  await stream.look();
  await stream.change({ enabled: false });
  expect(stream.state?.choice.enabled).toBe(true);
  expect(stream.problem?.code).toBe("settings");
});

test.each([
  ["0", 0],
  [" 300 ", 300],
  ["301", null],
  ["-1", null],
  ["1.5", null],
  ["", null],
  ["1e2", null],
])("%j as a delay is %j", (text, number) => {
  expect(wholeNumber(text, 0, 300)).toBe(number);
});
