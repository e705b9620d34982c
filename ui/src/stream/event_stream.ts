/** Server-sent events, as far as Ringside's stream page has them: names, data and comments. Pure. */

/** Longer than everything there is to show; what is longer is not from Ringside. */
const EVENT_CHARS_MAX = 4_000_000;

/** What came; without a name where it has none. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Takes the text of a stream piece by piece, and gives the events that are whole. */
export class EventStream {
  #rest = "";

  /** Every event that this piece ends. */
  push(text: string): StreamEvent[] {
    const events = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = events.pop() ?? "";
    if (this.#rest.length > EVENT_CHARS_MAX) throw new Error("an event without an end");
    return events
      .map((event) => ({ name: field(event, "event"), data: field(event, "data") }))
      .filter(({ data }) => data !== "");
  }
}

/** A comment, which keeps the connection awake, has none. */
function field(event: string, name: string): string {
  const lines = event.split("\n").filter((line) => line.startsWith(`${name}:`));
  return lines.map((line) => line.slice(name.length + 1).replace(/^ /, "")).join("\n");
}
