import { expect, test } from "vitest";

import { recordingsOf } from "../mock/recordings";
import { Recordings } from "./recordings.svelte";

test("what is deleted is listed no more, and said", async () => {
  const recordings = await looked();
  const [first] = recordings.rows;
  if (first) await recordings.delete(first);
  expect(recordings.rows).not.toContainEqual(first);
  expect(recordings.outcome).toEqual({ is: "deleted", name: first?.name });
});

test("recording is shown as it is and not as it was asked for", async () => {
  const refused = { code: "not_running", detail: "" } as const;
  const recordings = new Recordings({
    ...recordingsOf(true),
    recordingSwitch: () => Promise.resolve({ status: "error", error: refused }),
  });
  await recordings.record(true);
  expect([recordings.records, recordings.problem]).toEqual([false, refused]);
});

test("a copy without names stands beside the recording", async () => {
  const recordings = await looked();
  const [first] = recordings.rows;
  if (first) await recordings.redact(first);
  const outcome = recordings.outcome;
  const name = outcome?.is === "without_names" ? outcome.name : "";
  const copy = recordings.rows.find((row) => row.name === name);
  expect(copy?.content?.without_names).toBe(true);
  expect(recordings.rows).toContainEqual(first);
});

async function looked(): Promise<Recordings> {
  const recordings = new Recordings(recordingsOf(true));
  await recordings.look();
  return recordings;
}
