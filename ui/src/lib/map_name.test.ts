import { expect, test } from "vitest";

import { mapName } from "./map_name";

test.each([
  ["cs2", "de_mirage", "Mirage"],
  ["cs2", "de_dust2", "Dust2"],
  ["cs2", "workshop/123/aim_map", "workshop/123/aim_map"],
  ["league", "Map11", "Summoner’s Rift"],
  ["league", "Map99", "Map99"],
])("%s's %s is called %s", (source, map, name) => {
  expect(mapName(source, map)).toBe(name);
});
