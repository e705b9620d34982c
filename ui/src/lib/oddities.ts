import type { SourceStatus } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

/** What is odd about reading a game, each with its reason where there is one. */
export function oddities(source: SourceStatus): string[] {
  const unreadable = m.games_unreadable({ count: source.unreadable });
  const why = source.last_unreadable;
  return [
    source.unreadable > 0 && (why === null ? unreadable : `${unreadable}: ${why}`),
    source.refused_posts > 0 && m.games_refused({ count: source.refused_posts }),
    source.frames_dropped > 0 && m.games_dropped({ count: source.frames_dropped }),
  ].filter((oddity) => oddity !== false);
}
