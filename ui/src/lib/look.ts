/** What the player can wear; `null` in a choice follows the system. */
export type Theme = "dark" | "light" | "contrast";
export type Palette = "usual" | "safe";

const MORE_CONTRAST = "(prefers-contrast: more)";
const LIGHT = "(prefers-color-scheme: light)";

/** How the pages look: theme, palette and scale, on the root for tokens.css. */
export class Look {
  #chosen: Theme | null = null;
  readonly #page: Pick<Window, "matchMedia">;
  readonly #root: HTMLElement;

  constructor(page: Pick<Window, "matchMedia">, root: HTMLElement) {
    this.#page = page;
    this.#root = root;
    for (const query of [MORE_CONTRAST, LIGHT]) {
      page.matchMedia(query).addEventListener("change", () => {
        this.#wear();
      });
    }
    this.#wear();
  }

  /** The player's choice; `null` follows the system again. */
  choose(theme: Theme | null): void {
    this.#chosen = theme;
    this.#wear();
  }

  choosePalette(palette: Palette): void {
    this.#root.dataset["palette"] = palette;
  }

  /** As a part of the usual size: 1 leaves it. */
  scale(by: number): void {
    this.#root.style.setProperty("--ui-scale", String(by));
  }

  #wear(): void {
    this.#root.dataset["theme"] = this.#chosen ?? this.#systems();
  }

  #systems(): Theme {
    if (this.#page.matchMedia(MORE_CONTRAST).matches) return "contrast";
    return this.#page.matchMedia(LIGHT).matches ? "light" : "dark";
  }
}
