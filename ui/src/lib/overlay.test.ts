import { expect, test, vi } from "vitest";

import type { OverlayAct, OverlayTold } from "../generated/bindings";
import { overlayOf } from "../mock/overlay";
import { OverlayPage, type OverlayIpc } from "./overlay.svelte";
import { OverlayChoice } from "./overlay_choice.svelte";

test("a page that is asked whether it lives says so with the same word", async () => {
  const answers: number[] = [];
  let ask: (told: OverlayTold) => void = () => undefined;
  const page = new OverlayPage({
    ...overlayOf(false),
    overlayWatch: (told) => {
      ask = told;
      return Promise.resolve();
    },
    overlayAlive: (nonce) => {
      answers.push(nonce);
      return Promise.resolve();
    },
  });
  await page.start();
  ask({ ask: 7 });
  ask({ ask: 8 });
  expect(answers).toEqual([7, 8]);
});

test("the page looks as the shell says", async () => {
  const ipc = overlayOf(true);
  const page = new OverlayPage(ipc);
  await page.start();
  expect(page.editing).toBe(true);
  page.act({ look: { scale: "more" } });
  page.edit("lock");
  await vi.waitFor(() => {
    expect(page.look.scale).toBe(110);
  });
  expect([page.look.scale, page.editing]).toEqual([110, false]);
});

test("a pointer that moves fast waits with one question, and lets go after it", async () => {
  const asked: OverlayAct[] = [];
  let answer: () => void = () => undefined;
  const overlayAct: OverlayIpc["overlayAct"] = (act) => {
    asked.push(act);
    return new Promise((resolve) => (answer = resolve));
  };
  const page = new OverlayPage({ ...overlayOf(true), overlayAct });
  const taken = { pick_up: { handle: "body", x: 4, y: 2 } } as const;
  page.act(taken);
  for (let move = 0; move < 9; move++) page.pull();
  page.act("let_go");
  const expected = [taken, "pull", "let_go"];
  for (const count of [1, 2, 3]) {
    await vi.waitFor(() => {
      expect(asked).toEqual(expected.slice(0, count));
    });
    answer();
  }
});

test("what is chosen is what the shell says then, and a refusal changes nothing", async () => {
  const choice = new OverlayChoice(overlayOf(false));
  await choice.look();
  await choice.choose({ show: "other_monitor" });
  expect(choice.report?.settings).toEqual({ show: "other_monitor", when: "always", rows: 4 });

  const refused = { code: "file", detail: "read-only" } as const;
  const ipc = overlayOf(false);
  const failing = new OverlayChoice({
    ...ipc,
    overlayConfigure: () => Promise.resolve({ status: "error", error: refused }),
  });
  await failing.look();
  await failing.choose({ show: "nowhere" });
  expect(failing.report?.settings.show).toBe("over_game");
  expect(failing.problem).toEqual(refused);
});
