import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

/** WCAG 2.2, 1.4.3: text against what it stands on. */
const CONTRAST_MIN = 4.5;

const TEXTS = ["text", "text-dim", "vermilion", "amber"];
const GROUNDS = ["ink", "panel", "tint"];

const tokens = colours(readFileSync("src/styles/tokens.css", "utf8"));

test.each(TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)))(
  "--%s can be read on --%s",
  (text, ground) => {
    expect(contrast(token(text), token(ground))).toBeGreaterThanOrEqual(CONTRAST_MIN);
  },
);

function colours(css: string): Map<string, string> {
  const found = css.matchAll(/--([a-z-]+): #([0-9a-f]{6});/g);
  return new Map([...found].map(([, name, hex]) => [name ?? "", hex ?? ""]));
}

function token(name: string): string {
  const hex = tokens.get(name);
  if (hex === undefined) throw new Error(`tokens.css has no colour --${name}`);
  return hex;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((start) => {
    const channel = parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
