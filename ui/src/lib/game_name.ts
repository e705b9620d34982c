import type { Game, GamesSent } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";

const NAMES: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    cs2: m.games_name_cs2,
    dota2: m.games_name_dota2,
    elite: m.games_name_elite,
    hearthstone: m.games_name_hearthstone,
    league: m.games_name_league,
    overwolf: m.games_name_overwolf,
    "rocket-league": m.games_name_rocket_league,
    valorant: m.games_name_valorant,
  }),
);

/** The source of a game as statuses and events write it. */
export function sourceOf(game: Game | keyof GamesSent): string {
  return game.replaceAll("_", "-");
}

/** The game's name; a source that has none yet shows as it calls itself. */
export function gameName(source: string): string {
  return NAMES.get(source)?.() ?? source;
}

/** Every game's name by its source's, for whoever looks for one. */
export function gameNames(): Record<string, string> {
  return Object.fromEntries([...NAMES].map(([source, name]) => [source, name()]));
}
