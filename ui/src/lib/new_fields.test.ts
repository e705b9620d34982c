import { expect, test } from "vitest";

import type { SourceStatus } from "../generated/bindings";
import { newFields } from "./new_fields";

const SOURCE: SourceStatus = {
  source: "hearthstone",
  state: { is: "receiving" },
  frames: 9,
  unreadable: 0,
  last_unreadable: null,
  refused_posts: 0,
  frames_dropped: 0,
  events: 1,
  last_frame_at: null,
  drift: { NEW_THING: 3, OTHER: 1 },
};

test("each new field is told with the builds that sent it", () => {
  const drift_by_build = { "185749": { NEW_THING: 1 }, "190000": { NEW_THING: 2 } };
  expect(newFields({ ...SOURCE, drift_by_build })).toEqual([
    { name: "NEW_THING", times: 3, builds: ["185749", "190000"] },
    { name: "OTHER", times: 1, builds: [] },
  ]);
});

test("a game that does not say its build has its new fields all the same", () => {
  expect(newFields(SOURCE).map(({ name, builds }) => [name, builds])).toEqual([
    ["NEW_THING", []],
    ["OTHER", []],
  ]);
});
