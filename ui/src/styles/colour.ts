/** The arithmetic of colours that the styles' tests hold the tokens to. */

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

export function parse(hex: string): Rgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return [red, green, blue];
}

/** What is seen where `top` lies on `ground` with this much of it (0 to 1). */
export function over(top: Rgb, ground: Rgb, alpha: number): Rgb {
  const mixed = top.map((channel, at) => channel * alpha + (ground[at] ?? 0) * (1 - alpha));
  return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
}

/** The contrast ratio of WCAG 2.2, from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Ways of seeing; the matrices are those of Machado, Oliveira and Fernandes (2009), in full. */
export const EYES = {
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
} as const;

/** How far two colours are apart for these eyes: the distance in Oklab, where 0.02 is just seen. */
export function apart(one: Rgb, other: Rgb, eyes: keyof typeof EYES): number {
  const [from, to] = [oklab(seenBy(eyes, one)), oklab(seenBy(eyes, other))];
  return Math.hypot(...from.map((value, at) => value - (to[at] ?? 0)));
}

function seenBy(eyes: keyof typeof EYES, colour: Rgb): number[] {
  const light = colour.map(linear);
  return EYES[eyes].map((row) => row.reduce((sum, part, at) => sum + part * (light[at] ?? 0), 0));
}

/** Björn Ottosson's Oklab. */
function oklab(light: readonly number[]): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = light.map((part) => Math.min(Math.max(part, 0), 1));
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
