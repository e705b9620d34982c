/** How long the overlay says that a chapter was marked: long enough for a glance. */
export const SIGN_MS = 4_000;

/** Says for a moment that the player marked one: what was marked before is no news. */
export class ChapterSign {
  /** Which it is, counted from 1; nothing while there is none to be said. */
  shown = $state<number | null>(null);

  #known: { readonly match: string; readonly chapters: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  take(match: string | null, chapters: number): void {
    const known = this.#known;
    this.#known = match === null ? null : { match, chapters };
    if (match === null || known?.match !== match) this.stop();
    else if (chapters > known.chapters) this.#say(chapters);
  }

  /** Says nothing more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.shown = null;
  }

  #say(chapter: number): void {
    this.stop();
    this.shown = chapter;
    this.#timer = setTimeout(() => {
      this.stop();
    }, SIGN_MS);
  }
}
