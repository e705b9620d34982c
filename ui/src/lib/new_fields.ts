import type { SourceStatus } from "../generated/bindings";

/** A field of a game that this version does not know. */
export interface NewField {
  readonly name: string;
  readonly times: number;
  /** The builds of the game that sent it, where the game says its build. */
  readonly builds: readonly string[];
}

/** What was unknown in what a game told, with the builds that told it. */
export function newFields(source: SourceStatus): NewField[] {
  const byBuild = Object.entries(source.drift_by_build ?? {});
  return Object.entries(source.drift).map(([name, times]) => ({
    name,
    times,
    builds: byBuild.filter(([, names]) => name in names).map(([build]) => build),
  }));
}
