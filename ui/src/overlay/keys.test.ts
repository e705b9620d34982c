import { expect, test } from "vitest";

import { pressed } from "./keys";

const key = (name: string, shiftKey = false) => ({ key: name, shiftKey });

test("arrows move it, and with Shift further", () => {
  expect(pressed(key("ArrowUp"), false)).toEqual({
    does: "act",
    act: { nudge: { direction: "up", step: "near" } },
  });
  expect(pressed(key("ArrowLeft", true), true)).toEqual({
    does: "act",
    act: { nudge: { direction: "left", step: "far" } },
  });
});

test("Enter keeps it, but for a button's own, and Escape undoes anywhere", () => {
  expect(pressed(key("Enter"), false)).toEqual({ does: "edit", editing: "lock" });
  expect(pressed(key("Enter"), true)).toBeNull();
  expect(pressed(key("Escape"), true)).toEqual({ does: "edit", editing: "cancel" });
});

test("plus and minus scale it, with any keyboard", () => {
  for (const name of ["+", "="]) {
    expect(pressed(key(name, true), false)).toEqual({
      does: "act",
      act: { look: { scale: "more" } },
    });
  }
  expect(pressed(key("-"), false)).toEqual({ does: "act", act: { look: { scale: "less" } } });
});

test("keys that walk the buttons or write stay what they are", () => {
  for (const name of ["Tab", " ", "a"]) expect(pressed(key(name), false)).toBeNull();
});
