import type { FeedLine } from "../generated/bindings";

/** As many as the shell remembers (live-view): older events are in the outbox. */
export const FEED_LINES_MAX = 300;

/** Puts a line on top, or renews it where it stands. */
export function remember(feed: readonly FeedLine[], line: FeedLine): FeedLine[] {
  const known = feed.findIndex((other) => other.event_id === line.event_id);
  if (known >= 0) return feed.map((other, index) => (index === known ? line : other));
  return [line, ...feed].slice(0, FEED_LINES_MAX);
}

/** Lines of one match that stand together. */
export interface MatchLines {
  readonly matchKey: string;
  readonly source: string;
  readonly lines: readonly FeedLine[];
}

/** The feed match by match; two matches at once alternate, as they happened. */
export function byMatch(feed: readonly FeedLine[]): MatchLines[] {
  const matches: { matchKey: string; source: string; lines: FeedLine[] }[] = [];
  for (const line of feed) {
    const match = matches.at(-1);
    if (match?.matchKey === line.match_key) match.lines.push(line);
    else matches.push({ matchKey: line.match_key, source: line.source, lines: [line] });
  }
  return matches;
}
