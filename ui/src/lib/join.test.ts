import { expect, test } from "vitest";

import type { InvitationRead } from "../generated/bindings";
import { joinOf } from "../mock/join";
import { Join } from "./join.svelte";
import { failureInWords } from "./join_words";

const LINK = "ringside://join/ringside.example/rsk_secret";

test("what is said of an earlier text does not stand over a later one", async () => {
  const answers: ((read: InvitationRead) => void)[] = [];
  const ipc = joinOf(null);
  const join = new Join({
    ...ipc,
    invitationRead: () => new Promise((answer) => answers.push(answer)),
  });
  const first = join.paste("a");
  const second = join.paste("b");
  answers[1]?.({ is: "refused", why: "newer" });
  answers[0]?.({ is: "refused", why: "not_one" });
  await Promise.all([first, second]);
  expect(join.read).toEqual({ is: "refused", why: "newer" });
});

test("only an invitation is accepted", async () => {
  const join = new Join(joinOf(null));
  await join.paste("hello");
  expect(await join.accept()).toBe(false);
  await join.paste(LINK);
  expect(await join.accept()).toBe(true);
});

test("every failure says what happened, what it means and what to do", async () => {
  for (const scene of ["key-refused", "not-there", "not-trusted"]) {
    const join = new Join(joinOf(scene));
    await join.paste(LINK);
    await join.accept();
    if (join.failure === null) throw new Error(scene);
    const { what, data, todo } = failureInWords(join.failure);
    for (const words of [what, data, todo]) expect(words, scene).not.toBe("");
    expect(JSON.stringify(join.failure), "no failure holds the key").not.toContain("secret");
  }
});

test("the server's own words stand apart", () => {
  const words = failureInWords({ is: "said", answer: { is: "refused", detail: "come later" } });
  expect(words.detail).toBe("come later");
});
