import type { DiffLine } from "../../generated/bindings";

/** The lines as they are drawn: each on its own, without what ends it. */
export function withoutEnds(lines: readonly DiffLine[]): DiffLine[] {
  return lines.map(({ is, text }) => ({ is, text: text.replace(/\r?\n$/, "") }));
}
