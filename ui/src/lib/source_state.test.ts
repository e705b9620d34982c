import { expect, test } from "vitest";

import { sourceStateInWords } from "./source_state";

test("a port that is taken is named, with what to do and the system's word", () => {
  const words = sourceStateInWords({ is: "port_taken", port: 28730, detail: "in use" });
  expect(words.is).toContain("28730");
  expect(words).toMatchObject({ detail: "in use", trouble: true });
  expect(words.todo).toMatch(/close/i);
});

test("a game that waits for its match is no trouble", () => {
  for (const is of ["not_running", "listening", "off"] as const) {
    expect(sourceStateInWords({ is })).toMatchObject({ trouble: false });
  }
});

test("who turned a game off is named, and what happens to what waits", () => {
  const here = sourceStateInWords({ is: "turned_off", reason: "wrong kills", server: null });
  expect(here).toMatchObject({ trouble: true, detail: "wrong kills" });
  const server = "https://ringside.example";
  const there = sourceStateInWords({ is: "turned_off", reason: "wrong kills", server });
  expect(there.is).toContain(server);
  expect(there.todo).toMatch(/stays/);
});
