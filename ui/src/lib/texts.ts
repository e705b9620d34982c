import { de } from "./texts/de";
import { en } from "./texts/en";

/** The English catalogue's shape with any words in it. */
type Worded<T> = T extends string ? string : { readonly [K in keyof T]: Worded<T[K]> };

/** A complete catalogue. */
export type Texts = Worded<typeof en>;

/** A text that counts; English and German need these two forms. */
export interface Counted {
  readonly one: string;
  readonly other: string;
}

const CATALOGUES: readonly Texts[] = [en, de];

/** The first language that there is a catalogue for, else English. */
export function textsFor(languages: readonly string[]): Texts {
  for (const language of languages) {
    const wanted = language.toLowerCase().split("-")[0];
    const texts = CATALOGUES.find((catalogue) => catalogue.language === wanted);
    if (texts) return texts;
  }
  return en;
}

/** The catalogue of this window. */
export const texts = textsFor(navigator.languages);

/** Puts values where `{name}` stands; a name without a value stays, to be seen. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole);
}

/** A counted text in the right form, with its number written the language's way. */
export function counted(forms: Counted, count: number): string {
  const form = new Intl.PluralRules(texts.language).select(count) === "one" ? "one" : "other";
  return fill(forms[form], { count: formatCount(count) });
}

/** A number the language's way. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat(texts.language).format(count);
}
