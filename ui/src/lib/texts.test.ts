import { expect, test } from "vitest";

import { counted, fill, textsFor } from "./texts";
import { de } from "./texts/de";
import { en } from "./texts/en";

test.each([
  [["de-AT", "en"], "de"],
  [["fr-FR", "de"], "de"],
  [["EN-us"], "en"],
  [["fr"], "en"],
  [[], "en"],
])("%j reads %s", (languages, language) => {
  expect(textsFor(languages).language).toBe(language);
});

test("one event is counted otherwise than two", () => {
  expect(counted(en.feed.match, 1)).toBe("1 event");
  expect(counted(en.feed.match, 1234)).toBe("1,234 events");
});

test("a hole without a value stays to be seen", () => {
  expect(fill("{count} of {all}", { count: "1" })).toBe("1 of {all}");
});

test("a translation leaves the same holes as the English", () => {
  expect(holes(de)).toEqual(holes(en));
});

/** Every text's path with its placeholders, whatever their order in the sentence. */
function holes(texts: object, path = ""): [string, string[]][] {
  return Object.entries(texts).flatMap(([name, text]: [string, unknown]) => {
    const here = `${path}/${name}`;
    if (typeof text !== "string") return holes(text as object, here);
    return [[here, (text.match(/\{\w+\}|\*/g) ?? []).sort()]] as [string, string[]][];
  });
}
