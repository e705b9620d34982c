import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

/** Words that German players use as they are, and names. */
const SAME_IN_GERMAN = [
  "games_edition_csgo",
  "games_name_cs2",
  "games_name_dota2",
  "games_name_elite",
  "games_name_hearthstone",
  "games_name_league",
  "games_name_overwolf",
  "games_name_rocket_league",
  "games_name_valorant",
  "help_version",
  "live_feed",
  "live_score",
  "live_title",
  "matches_multi_word",
  "matches_title",
  "queue_server",
  "queue_upload",
  "settings_key_alt",
  "settings_language_de",
  "settings_language_en",
  "settings_mark_kill",
  "settings_size_percent",
  "shell_app",
  "stream_port",
  "words_atakhan",
  "words_baron",
];

const languages = readdirSync("messages").sort();
const areas = readdirSync("messages/en").sort();
const settings = JSON.parse(readFileSync("project.inlang/settings.json", "utf8")) as {
  locales: string[];
  "plugin.inlang.messageFormat": { pathPattern: string[] };
};

test("every language's folder and every area's file is compiled", () => {
  expect([...settings.locales].sort()).toEqual(languages);
  const patterns = areas.map((area) => `./messages/{locale}/${area}`);
  expect(settings["plugin.inlang.messageFormat"].pathPattern).toEqual(patterns);
});

test.each(areas)("the names in %s begin with it, so that no area takes another's", (area) => {
  const prefix = `${area.replace(".json", "")}_`;
  for (const name of namesIn("en", area)) expect(name).toMatch(new RegExp(`^${prefix}`));
});

test.each(translations())("%s has the messages of %s, and each has the same holes", (to, area) => {
  expect(namesIn(to, area)).toEqual(namesIn("en", area));
  expect(holesIn(to, area)).toEqual(holesIn("en", area));
});

test.each(translations())(
  "every message of %s %s has each of the language's plurals",
  (to, area) => {
    const forms = new Intl.PluralRules(to).resolvedOptions().pluralCategories.sort();
    for (const [name, message] of messagesIn(to, area)) {
      const counted =
        Array.isArray(message) && Object.keys(message[0]?.match ?? {})[0]?.startsWith("form=");
      if (!counted) continue;
      const found = Object.keys(message[0]?.match ?? {}).map((form) => form.replace("form=", ""));
      expect(found.sort(), name).toEqual(forms);
    }
  },
);

test("German is not English, but for a few words", () => {
  const same = areas.flatMap((area) => {
    const english = new Map(messagesIn("en", area));
    return messagesIn("de", area)
      .filter(([name, text]) => JSON.stringify(text) === JSON.stringify(english.get(name)))
      .map(([name]) => name);
  });
  expect(same.sort()).toEqual(SAME_IN_GERMAN);
});

type Message = string | { match: Record<string, string> }[];

function translations(): [string, string][] {
  const others = languages.filter((language) => language !== "en");
  return others.flatMap((language) => areas.map((area): [string, string] => [language, area]));
}

function messagesIn(language: string, area: string): [string, Message][] {
  const file = readFileSync(`messages/${language}/${area}`, "utf8");
  const messages = Object.entries(JSON.parse(file) as Record<string, Message>);
  return messages.filter(([name]) => name !== "$schema");
}

function namesIn(language: string, area: string): string[] {
  return messagesIn(language, area)
    .map(([name]) => name)
    .sort();
}

/** Every text's placeholders, and whether it names the player, whatever their order. */
function holesIn(language: string, area: string): Record<string, string[]> {
  const holes = messagesIn(language, area).map(([name, message]) => {
    const texts = typeof message === "string" ? [message] : Object.values(message[0]?.match ?? {});
    const found = texts.flatMap((text) => text.match(/\{\w+\}|\*/g) ?? []);
    return [name, [...new Set(found)].sort()] as const;
  });
  return Object.fromEntries(holes);
}
