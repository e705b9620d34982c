import type { GameOff, SourceStatus } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { gameName } from "./game_name";

/** What is odd about reading a game. */
export interface Oddity {
  readonly words: string;
  /** The companion's own words for why, in English. */
  readonly detail: string | null;
}

/** What is odd about reading a game, each with its reason where there is one. */
export function oddities(source: SourceStatus): Oddity[] {
  const oddity = (count: number, words: string, detail: string | null = null) =>
    count > 0 ? [{ words, detail }] : [];
  const { unreadable, refused_posts: refused, frames_dropped: dropped } = source;
  return [
    ...gamesOff(source.games_off ?? []),
    ...oddity(unreadable, m.games_unreadable({ count: unreadable }), source.last_unreadable),
    ...oddity(refused, m.games_refused({ count: refused })),
    ...oddity(dropped, m.games_dropped({ count: dropped })),
  ];
}

/** Which games of a source were turned off, and by whom. */
export function gamesOff(off: readonly GameOff[]): Oddity[] {
  return off.map(({ game, reason, server }) => ({
    words:
      server === null
        ? m.games_game_off({ game: gameName(game) })
        : m.games_game_off_by({ game: gameName(game), server }),
    detail: reason,
  }));
}
