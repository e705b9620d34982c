import { expect, test } from "vitest";

import { helpIpc } from "../mock/help";
import { Help } from "./help.svelte";

test("what is kept is what was shown", async () => {
  const kept: string[] = [];
  const help = new Help({
    ...helpIpc,
    keepSupportFile: (text) => {
      kept.push(text);
      return Promise.resolve({ status: "ok", data: "Downloads/Ringside/a.json" });
    },
  });
  await help.keepSupport();
  expect(kept, "nothing was shown yet").toEqual([]);
  await help.makeSupport();
  await help.keepSupport();
  expect(kept).toEqual([help.support]);
  expect(help.kept).toBe("Downloads/Ringside/a.json");
});

test("a file that is made anew is not kept yet", async () => {
  const help = new Help(helpIpc);
  await help.makeSupport();
  await help.keepSupport();
  await help.makeSupport();
  expect(help.kept).toBeNull();
});

test("what cannot be found out is a problem, and gone when it can", async () => {
  let fails = true;
  const help = new Help({
    ...helpIpc,
    logLines: () =>
      fails
        ? Promise.resolve({ status: "error", error: { code: "file", detail: "denied" } })
        : helpIpc.logLines(),
  });
  await help.readLog();
  expect(help.problem?.detail).toBe("denied");
  fails = false;
  await help.readLog();
  expect(help.problem).toBeNull();
  expect(help.log?.length).toBeGreaterThan(0);
});
