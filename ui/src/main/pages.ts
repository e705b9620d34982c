import { m } from "../generated/paraglide/messages";
import { gameName } from "../lib/game_name";
import { formatCount } from "../lib/language.svelte";
import type { Live } from "../lib/live.svelte";
import { wasMet } from "../lib/met_games";
import type { PageName } from "../lib/route.svelte";

/** A page as the bar names it. */
interface Entry {
  readonly title: () => string;
  /** The one thing to know without going there; empty where there is none. */
  readonly fact: (live: Live) => string;
}

export const ENTRIES: Readonly<Record<PageName, Entry>> = {
  live: {
    title: m.live_title,
    fact: ({ running }) => (running.source === null ? "" : gameName(running.source)),
  },
  matches: { title: m.matches_title, fact: none },
  queue: {
    title: m.queue_title,
    fact: ({ status: { upload } }) =>
      formatCount(upload.pending + upload.in_flight + upload.not_saved),
  },
  games: {
    title: m.games_title,
    fact: ({ status: { sources } }) => formatCount(sources.filter(wasMet).length),
  },
  recordings: { title: m.recordings_title, fact: none },
  privacy: { title: m.privacy_title, fact: none },
  settings: { title: m.settings_title, fact: none },
  help: { title: m.help_title, fact: none },
};

function none(): string {
  return "";
}
