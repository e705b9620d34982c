import { texts } from "./texts";

/** The game's name; a source that has none yet shows as it calls itself. */
export function gameName(source: string): string {
  const names: Readonly<Record<string, string>> = texts.sources.names;
  return names[source] ?? source;
}
