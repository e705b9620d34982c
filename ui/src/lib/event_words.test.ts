import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { EVENT_WORDS } from "./event_words";

test("every sentence that was translated can be said", () => {
  const file = JSON.parse(readFileSync("messages/en/events.json", "utf8")) as Record<
    string,
    string
  >;
  const sentences = Object.keys(file).filter((name) => name !== "$schema");
  const names = { attacker: "{attacker}", victim: "{victim}" };
  const said = Object.values(EVENT_WORDS).flatMap((forms) =>
    Object.values(forms).map((say) => (say as (actors: object) => string)(names)),
  );
  // Kills in a row are named where they are the whole sentence: "A triple kill".
  const own = said.filter((sentence) => sentence !== "{victim}");
  expect(own.sort()).toEqual(sentences.map((name) => file[name]).sort());
});

test("a sentence names whom its form says", () => {
  for (const [kind, forms] of Object.entries(EVENT_WORDS)) {
    for (const [form, say] of Object.entries(forms)) {
      const said = (say as (actors: object) => string)({ attacker: "A#", victim: "V#" });
      const where = `${kind} ${form}`;
      expect(said.includes("A#"), where).toBe(["by", "byOf", "byOfYou"].includes(form));
      expect(said.includes("V#"), where).toBe(["of", "byOf", "byYouOf"].includes(form));
      expect(said.includes("*"), where).toBe(form.includes("You"));
    }
  }
});
