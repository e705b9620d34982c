import { expect, test } from "vitest";

import { addressOf, PAGES, placeOf, Route } from "./route.svelte";

test.each([
  ["", { page: "live", item: null }],
  ["#/queue", { page: "queue", item: null }],
  ["#/games/cs2", { page: "games", item: "cs2" }],
  ["#/nowhere", { page: "live", item: null }],
  ["#/games/%E0%A4%A", { page: "games", item: null }],
])("%j leads to %j", (hash, place) => {
  expect(placeOf(hash)).toEqual(place);
});

test.each(PAGES)("the address of %s leads there, whatever its item is called", (page) => {
  expect(placeOf(addressOf(page))).toEqual({ page, item: null });
  const item = "cs2:7/8 #%?";
  expect(placeOf(addressOf(page, item))).toEqual({ page, item });
});

test("the window follows its address", async () => {
  const route = new Route(window);
  window.location.hash = addressOf("games");
  await expect.poll(() => route.place.page).toBe("games");
});
