import { locales, overwriteGetLocale, type Locale } from "../generated/paraglide/runtime";

/** What is shown where no wanted language has a folder in messages/. */
const FALLBACK: Locale = "en";

/** The first wanted language that there are messages in; `de-AT` reads German. */
export function languageFor(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    const found = locales.find((locale) => locale === language);
    if (found) return found;
  }
  return FALLBACK;
}

/** The page's language. Every message that is shown follows it at once. */
class Language {
  #chosen = $state<Locale | null>(null);
  /** The language that the system wants. */
  readonly systems = languageFor(navigator.languages);

  get current(): Locale {
    return this.#chosen ?? this.systems;
  }

  /** The player's choice; `null` follows the system again. */
  choose(locale: Locale | null): void {
    this.#chosen = locale;
  }
}

export const language = new Language();
overwriteGetLocale(() => language.current);

/** Whether the language writes `1,5`: there a comma parts no cells. */
export function hasDecimalComma(): boolean {
  return new Intl.NumberFormat(language.current).format(1.5).includes(",");
}

/** A number the language's way: `1,234`. */
export function formatCount(count: number): string {
  return new Intl.NumberFormat(language.current).format(count);
}
