import type { FeedLine } from "../generated/bindings";

/** How a line concerns the player at this PC. */
export type Part = "did" | "suffered" | "watched";

/** Sources that name nobody but the player, and whose observer is an account id. */
const NAMES_ONLY_YOU: readonly string[] = ["cs2"];

/**
 * Whether an actor of this line is the player. Where the game names accounts, the line
 * says what the event calls them. League's events carry the bare
 * game name and its observer the whole Riot id: the part before the last `#`
 * will do.
 */
export function isYou(
  name: string | null,
  { source, observer, you }: Pick<FeedLine, "source" | "observer" | "you">,
): boolean {
  if (name === null) return false;
  if (you !== null) return name === you;
  if (NAMES_ONLY_YOU.includes(source)) return true;
  if (observer === null) return false;
  const hash = observer.lastIndexOf("#");
  const bare = hash > 0 ? observer.slice(0, hash) : observer;
  return name === observer || name.trim() === bare.trim();
}

export function yourPart(
  line: Pick<FeedLine, "source" | "observer" | "you" | "attacker" | "victim">,
): Part {
  if (isYou(line.victim, line)) return "suffered";
  return isYou(line.attacker, line) ? "did" : "watched";
}
