import { expect, test, vi } from "vitest";

import { privacyOf } from "../mock/privacy";
import { Privacy } from "./privacy.svelte";

test("a switch keeps its own game here and leaves the others as they are", async () => {
  const privacy = new Privacy(privacyOf("https://a.example"));
  await privacy.look();
  await privacy.game("cs2", false);
  const { cs2, ...others } = privacy.state?.send ?? {};
  expect(cs2).toBe(false);
  expect(Object.values(others)).toEqual(Array(6).fill(true));
  expect(privacy.state?.kept.cs2).toBe(28);
});

test("names are changed at the shell, and shown as it then says", async () => {
  const privacy = new Privacy(privacyOf("https://a.example"));
  await privacy.names("real");
  expect(privacy.state?.names).toBe("real");
});

test("what does not succeed is a problem, and no outcome of before stands beside it", async () => {
  const problem = { code: "not_erased" as const, detail: "no answer" };
  const ipc = privacyOf("https://a.example");
  const privacy = new Privacy({
    ...ipc,
    privacyErase: () => Promise.resolve({ status: "error", error: problem }),
  });
  await privacy.export();
  expect(privacy.outcome?.is).toBe("exported");
  await privacy.erase("everywhere");
  expect([privacy.problem, privacy.outcome, privacy.erasing]).toEqual([problem, null, false]);
});

test("what is erased is told with what is left", async () => {
  const privacy = new Privacy(privacyOf("https://a.example"));
  await privacy.erase("here");
  const left = privacy.outcome?.is === "erased" ? privacy.outcome.erased.left : [];
  expect(left.map(({ what }) => what)).toContain("on_servers");
});

test("to withdraw is one call, and nothing else is asked of the shell", async () => {
  const ipc = privacyOf("https://a.example");
  const uploadWithdraw = vi.fn(ipc.uploadWithdraw);
  const uploadAgree = vi.fn(ipc.uploadAgree);
  const privacy = new Privacy({ ...ipc, uploadWithdraw, uploadAgree });
  await privacy.withdraw();
  expect(privacy.outcome).toEqual({ is: "withdrawn" });
  expect([uploadWithdraw.mock.calls.length, uploadAgree.mock.calls.length]).toEqual([1, 0]);
});
