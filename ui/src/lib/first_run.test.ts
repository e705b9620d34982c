import { expect, test, vi } from "vitest";

import type { Backlog, Joining } from "../generated/bindings";
import { joinOf } from "../mock/join";
import { overlayOf } from "../mock/overlay";
import { privacyOf } from "../mock/privacy";
import { FirstRun } from "./first_run.svelte";

const LINK = "ringside://join/ringside.example/rsk_secret#operator=Ana";

/** A first run over a shell that tells what it was asked, and answers an acceptance so. */
function shell(answer: Joining = { is: "joined" }) {
  const asked: string[] = [];
  const accepted: [string, Backlog][] = [];
  const all = { ...joinOf("first-run"), ...privacyOf(null), ...overlayOf(false) };
  const noted = <A extends unknown[], R>(name: string, ask: (...given: A) => R) =>
    vi.fn((...given: A) => {
      asked.push(name);
      return ask(...given);
    });
  const ipc = {
    ...all,
    invitationRead: noted("read", all.invitationRead),
    invitationAccept: noted("accept", (text: string, backlog: Backlog) => {
      accepted.push([text, backlog]);
      return Promise.resolve({ status: "ok" as const, data: answer });
    }),
    uploadWithdraw: noted("withdraw", all.uploadWithdraw),
    firstRunEnd: noted("end", all.firstRunEnd),
  };
  return { accepted, asked, firstRun: new FirstRun(ipc) };
}

test("it opens where the questions are due, and nowhere else", async () => {
  const due = new FirstRun({ ...joinOf("first-run"), ...privacyOf(null), ...overlayOf(false) });
  expect([due.known, due.open]).toEqual([false, false]);
  await due.start();
  expect([due.known, due.open]).toEqual([true, true]);
  const answered = new FirstRun({ ...joinOf("match"), ...privacyOf(null), ...overlayOf(false) });
  await answered.start();
  expect([answered.known, answered.open]).toEqual([true, false]);
});

test("a shell out of reach leaves the pages to say so", async () => {
  const ipc = { ...joinOf(null), ...privacyOf(null), ...overlayOf(false) };
  const firstRun = new FirstRun({ ...ipc, firstRunIsDue: () => Promise.reject(new Error("gone")) });
  await expect(firstRun.start()).rejects.toThrow("gone");
  expect([firstRun.known, firstRun.open]).toEqual([true, false]);
});

test("nobody is asked for a token before the player agreed", async () => {
  const { asked, firstRun } = shell();
  firstRun.next();
  await firstRun.paste(LINK);
  firstRun.next();
  expect(firstRun.step).toBe("consent");
  expect(asked).toEqual(["read"]);
  await firstRun.agree();
  expect(asked).toEqual(["read", "accept"]);
  expect(firstRun.step).toBe("overlay");
});

test("who sends only from now on says so with their agreement", async () => {
  for (const backlog of ["send", "delete"] as const) {
    const { accepted, firstRun } = shell();
    firstRun.next();
    await firstRun.paste(LINK);
    firstRun.next();
    firstRun.join.backlog = backlog;
    await firstRun.agree();
    expect(accepted).toEqual([[LINK, backlog]]);
  }
});

test("what went wrong is said where the text can be changed, and the text is kept", async () => {
  const { firstRun } = shell({ is: "key_refused" });
  firstRun.next();
  await firstRun.paste(LINK);
  firstRun.next();
  await firstRun.agree();
  expect(firstRun.step).toBe("server");
  expect(firstRun.join.text).toBe(LINK);
  expect(firstRun.join.failure).toEqual({ is: "said", answer: { is: "key_refused" } });
  await firstRun.paste(`${LINK}x`);
  expect(firstRun.join.failure, "another text is another try").toBeNull();
});

test("who chose nothing, or pasted no invitation, stays and hears why", async () => {
  const { firstRun } = shell();
  firstRun.next();
  firstRun.next();
  expect([firstRun.step, firstRun.isMissing]).toEqual(["server", "choice"]);
  await firstRun.paste("hello");
  firstRun.next();
  expect([firstRun.step, firstRun.isMissing]).toEqual(["server", "link"]);
});

test("who keeps everything here agrees to nothing, and nothing is sent", () => {
  const { asked, firstRun } = shell();
  firstRun.next();
  firstRun.choose("local");
  expect(firstRun.steps).toEqual(["games", "server", "overlay"]);
  firstRun.next();
  expect(firstRun.step).toBe("overlay");
  expect(asked, "also where something was sent before").toEqual(["withdraw"]);
});

test("who goes on sending changes nothing", () => {
  const { asked, firstRun } = shell();
  firstRun.next();
  firstRun.choose("stay");
  firstRun.next();
  expect([firstRun.step, asked]).toEqual(["overlay", []]);
});

test("it is left where it stands, and ends once", async () => {
  const { asked, firstRun } = shell();
  await firstRun.start();
  firstRun.next();
  await firstRun.paste(LINK);
  firstRun.leave();
  expect([firstRun.open, firstRun.due]).toEqual([false, true]);
  firstRun.resume();
  expect([firstRun.open, firstRun.step, firstRun.join.text]).toEqual([true, "server", LINK]);
  await firstRun.finish();
  expect([firstRun.open, firstRun.due, firstRun.join.text]).toEqual([false, false, ""]);
  expect(asked).toEqual(["read", "end"]);
});

test("where the overlay is on a screen it shows itself once, and the end locks it", async () => {
  const { firstRun } = shell();
  await firstRun.overlay.look();
  await firstRun.showOverlay("over_game");
  expect(firstRun.overlay.report?.settings.show).toBe("over_game");
  expect(firstRun.overlay.editing).toBe(true);
  await firstRun.finish();
  expect(firstRun.overlay.editing).toBe(false);
});

test("who wants it nowhere is shown none", async () => {
  const { firstRun } = shell();
  await firstRun.overlay.look();
  await firstRun.showOverlay("nowhere");
  expect(firstRun.overlay.report?.settings.show).toBe("nowhere");
  expect(firstRun.overlay.editing).toBe(false);
});

test("a clicked invitation is shown once, and nobody is asked", async () => {
  const ipc = { ...joinOf("clicked"), ...privacyOf(null), ...overlayOf(false) };
  const firstRun = new FirstRun(ipc);
  expect(await firstRun.takePending()).toBe(true);
  expect(firstRun.join.invitation?.host).toBe("ringside.example");
  expect(await firstRun.takePending()).toBe(false);
});
