import type { OpenMatch } from "../../generated/bindings";
import { m } from "../../generated/paraglide/messages";
import { gameName } from "../../lib/game_name";
import { mapName } from "../../lib/map_name";
import { dayTitle, dayOf, hourAndMinute, scoreWords, uploadOf } from "../../lib/match_words";

/** A match's title and the one line of facts under it. */
export function headOf(
  { summary, uploads }: OpenMatch,
  isRunning: boolean,
): { readonly title: string; readonly line: string } {
  const { game, map, score, first_seen, last_seen } = summary;
  const title = [
    map === null ? gameName(game) : mapName(game, map),
    score === null ? null : scoreWords(score),
  ];
  const day = dayTitle(dayOf(first_seen), new Date());
  const line = [
    map === null ? null : gameName(game),
    `${day}, ${hourAndMinute(first_seen)} – ${isRunning ? m.matches_now() : hourAndMinute(last_seen)}`,
    summary.rounds === null ? null : m.matches_rounds({ count: summary.rounds }),
    m.live_events({ count: summary.events }),
    uploadOf(uploads).words,
    summary.joined_late ? m.matches_joined_late() : null,
  ];
  const joined = (parts: readonly (string | null)[]) =>
    parts.filter((part) => part !== null).join(" · ");
  return { title: joined(title), line: joined(line) };
}
