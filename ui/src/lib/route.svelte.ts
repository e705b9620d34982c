/** Every page of the main window, in the order in which the bar names them. */
export const PAGES = [
  "live",
  "matches",
  "queue",
  "games",
  "recordings",
  "privacy",
  "settings",
  "help",
] as const;
export type PageName = (typeof PAGES)[number];

/** What the address says: a page, and one thing on it such as a match. */
export interface Place {
  readonly page: PageName;
  readonly item: string | null;
}

const FIRST: Place = { page: "live", item: null };

/** Where an address leads; one that leads nowhere leads to the first page. */
export function placeOf(hash: string): Place {
  const [, name = "", item = ""] = /^#\/([a-z-]*)(?:\/(.+))?$/.exec(hash) ?? [];
  const page = PAGES.find((known) => known === name);
  if (!page) return FIRST;
  try {
    return { page, item: item === "" ? null : decodeURIComponent(item) };
  } catch {
    return { page, item: null };
  }
}

/** The address of a place, for a link. */
export function addressOf(page: PageName, item: string | null = null): string {
  return item === null ? `#/${page}` : `#/${page}/${encodeURIComponent(item)}`;
}

/** Where the window is; links and the keys for back and forward move it. */
export class Route {
  place = $state.raw<Place>(FIRST);

  constructor(page: Window) {
    this.place = placeOf(page.location.hash);
    page.addEventListener("hashchange", () => {
      this.place = placeOf(page.location.hash);
    });
  }
}
