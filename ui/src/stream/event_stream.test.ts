import { expect, test } from "vitest";

import { EventStream } from "./event_stream";

const TEXT =
  'event: look\ndata: {"rows":4}\n\n:\n\ndata: {"a":\ndata: 1}\r\n\r\ndata: whole only later';

test("wherever a stream is cut, its events are the same", () => {
  for (let cut = 0; cut <= TEXT.length; cut++) {
    const stream = new EventStream();
    const events = [...stream.push(TEXT.slice(0, cut)), ...stream.push(TEXT.slice(cut))];
    expect(events, `cut at ${String(cut)}`).toEqual([
      { name: "look", data: '{"rows":4}' },
      { name: "", data: '{"a":\n1}' },
    ]);
  }
});

test("an event that has not ended is none yet", () => {
  const stream = new EventStream();
  expect(stream.push("data: a")).toEqual([]);
  expect(stream.push("b\n")).toEqual([]);
  expect(stream.push("\n")).toEqual([{ name: "", data: "ab" }]);
});

test("what never ends is given up", () => {
  const stream = new EventStream();
  const flood = () => {
    for (let piece = 0; piece < 5; piece++) stream.push("x".repeat(1_000_000));
  };
  expect(flood).toThrow("without an end");
});
