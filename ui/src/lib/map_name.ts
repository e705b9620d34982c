/** Names that players know, where the game itself writes numbers. */
export const MAP_NAMES: Readonly<Record<string, string>> = {
  Map11: "Summoner’s Rift",
  Map12: "Howling Abyss",
  Map30: "Rings of Wrath",
};
const LEAGUE: ReadonlyMap<string, string> = new Map(Object.entries(MAP_NAMES));

/** Where a match is played, as players call it: `de_mirage` is Mirage. */
export function mapName(source: string, map: string): string {
  if (source === "league") return LEAGUE.get(map) ?? map;
  const bare = /^(?:ar|cs|de)_([a-z0-9_]+)$/.exec(map)?.[1];
  if (bare === undefined) return map;
  return bare
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}
