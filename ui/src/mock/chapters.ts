/** Chapters as Ringside makes them (crates/match-story/src/chapters.rs). */
import type { Chapter, Chapters, ChapterWish, Mark } from "../generated/bindings";

const SECONDS_MIN = 10;
const CHAPTERS_MIN = 3;

export function chaptersOf(marks: readonly Mark[], wish: ChapterWish): Chapters {
  const { start, pick, labels } = wish;
  const at = marks.findIndex(({ event_id }) => event_id === start);
  const first = marks[at];
  if (!first) return { chapters: [], text: "", fitness: "too_few", before: 0, too_close: 0 };
  const takes = (mark: Mark) =>
    pick.kinds.includes(mark.kind) && (pick.whose === "everybodys" || mark.part !== "watched");
  const chapter = (mark: Mark): Chapter => ({
    event_id: mark.event_id,
    at_s: Math.floor((mark.elapsed_ms - first.elapsed_ms) / 1000),
    label: labels[mark.event_id] ?? mark.kind,
  });
  const chapters = [chapter(first)];
  let too_close = 0;
  for (const mark of marks.slice(at + 1).filter(takes)) {
    const one = chapter(mark);
    if (one.at_s - (chapters.at(-1)?.at_s ?? 0) < SECONDS_MIN) too_close += 1;
    else chapters.push(one);
  }
  return {
    chapters,
    text: chapters.map(({ at_s, label }) => `${minutesAndSeconds(at_s)} ${label}\n`).join(""),
    fitness: chapters.length < CHAPTERS_MIN ? "too_few" : "enough",
    before: marks.slice(0, at).filter(takes).length,
    too_close,
  };
}

function minutesAndSeconds(seconds: number): string {
  const two = (count: number) => String(count).padStart(2, "0");
  const [hours, rest] = [Math.floor(seconds / 3600), seconds % 3600];
  const clock = `${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
  return hours > 0 ? `${String(hours)}:${clock}` : clock;
}
