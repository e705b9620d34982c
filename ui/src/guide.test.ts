// @vitest-environment node
/** The guide names what is on the screen: a label that changes there changes here. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const GUIDE = readFileSync("../docs/guide.md", "utf8");

/** Every text in a file of messages, whatever its form. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** What pages and the tray's menu say in English. */
function said(): ReadonlySet<string> {
  const messages = readdirSync("messages/en").flatMap((area) =>
    texts(JSON.parse(readFileSync(`messages/en/${area}`, "utf8"))),
  );
  const words = readFileSync("../src-tauri/words.rs", "utf8");
  const tray = [...words.matchAll(/^ {4}\w+: "(.+)",$/gm)].map(([, text = ""]) => text);
  return new Set([...messages, ...tray]);
}

/** What the guide sets in italics, but for what is code. */
function labels(): string[] {
  const prose = GUIDE.replace(/```.*?```/gs, "").replace(/`[^`]*`/g, "");
  const found = prose.matchAll(/(?<![*\w])\*([^*\s][^*]*)\*(?!\*)/g);
  return [...found].map(([, label = ""]) => label.replace(/\s+/g, " "));
}

test("every label that the guide names is on a page or in the tray's menu", () => {
  const known = said();
  expect(labels().length).toBeGreaterThan(20);
  expect(labels().filter((label) => !known.has(label))).toEqual([]);
});

test("the keys that the guide names are those that Ringside has at first", () => {
  const settings = readFileSync("../crates/companion/src/settings.toml", "utf8");
  const keys = [...settings.matchAll(/^# \w+ = "(Ctrl\+[^"]+)"$/gm)].map(([, key = ""]) => key);
  expect(keys.length).toBe(3);
  expect(keys.filter((key) => !GUIDE.includes(`| \`${key}\` |`))).toEqual([]);
});

test("every picture of the guide is there, and says what it shows", () => {
  const pictures = [...GUIDE.matchAll(/!\[(.*?)\]\((.*?)\)/g)];
  expect(pictures.length).toBeGreaterThan(15);
  for (const [, words = "", file = ""] of pictures) {
    expect(words, file).toMatch(/\w{3}/);
    expect(existsSync(`../docs/${file}`), file).toBe(true);
  }
});
