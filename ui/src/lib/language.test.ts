import { afterEach, expect, test } from "vitest";

import { m } from "../generated/paraglide/messages";
import { formatCount, language, languageFor } from "./language.svelte";

afterEach(() => {
  language.choose(null);
});

test.each([
  [["de-AT", "en"], "de"],
  [["fr-FR", "de"], "de"],
  [["EN-us"], "en"],
  [["fr"], "en"],
  [[], "en"],
])("%j reads %s", (wanted, expected) => {
  expect(languageFor(wanted)).toBe(expected);
});

test("a page follows the system until the player chooses", () => {
  expect(m.queue_pending()).toBe("waiting");
  language.choose("de");
  expect(m.queue_pending()).toBe("wartet");
  language.choose(null);
  expect(m.queue_pending()).toBe("waiting");
});

test("one event is counted otherwise than two, and thousands the language's way", () => {
  expect(m.live_events({ count: 1 })).toBe("1 event");
  expect(m.live_events({ count: 1234 })).toBe("1,234 events");
  language.choose("de");
  expect(m.live_events({ count: 1 })).toBe("1 Ereignis");
  expect(m.live_events({ count: 1234 })).toBe("1.234 Ereignisse");
  expect(formatCount(1234)).toBe("1.234");
});
