import type { SourceStatus } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

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
    ...oddity(unreadable, m.games_unreadable({ count: unreadable }), source.last_unreadable),
    ...oddity(refused, m.games_refused({ count: refused })),
    ...oddity(dropped, m.games_dropped({ count: dropped })),
  ];
}
