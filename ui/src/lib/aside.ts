import type { FeedLine } from "../generated/bindings";
import { m } from "../generated/paraglide/messages";
import { otherOf } from "./game_words";
import { saysItself, type Told } from "./sentence";
import { weaponName } from "./weapon_name";

/** What stands beside a sentence. */
export type Beside = Told & Pick<FeedLine, "weapon" | "headshot">;

/** What the game says beside who and whom; a word of its that nobody knows stays its own. */
export function aside(line: Beside): string[] {
  const { named, streak, weapon, headshot } = line;
  const isSaid = saysItself(line);
  return [
    isSaid || named === null || otherOf(named) !== null ? null : named,
    isSaid || streak === null || streak < 2 ? null : m.matches_in_a_row({ count: streak }),
    weapon === null ? null : weaponName(weapon),
    headshot === true ? m.matches_headshot() : null,
  ].filter((said) => said !== null && said !== "") as string[];
}
