// The pictures: who saw what, when each witness saw it, and how the clocks ran.

import { el, fill, keyed, svg } from "./dom.js";
import { rowKey } from "./record.js";
import { matchClock, sentence, shortDay, t, timeNear } from "./texts.js";

const COLUMN = 18;
const ROW = 24;
/** Above the rows: round, kind and standing. */
const HEAD = 58;
const FOOT = 20;
/** The line at which a round begins ends below the numbers: of two digits one reaches into the next round. */
const UNDER_ROUNDS = 17;
/** A digit of a round's number takes up to so much. */
const DIGIT = 7;
/** So many of these lengths are one rem of the style sheet, in which the names stand. */
const REM = 15;
/** A time is written under every column of so many. */
const TIMES = 5;

/** Shapes in a field of 16; those of kinds are the app's own (ui/src/shared/Mark.svelte). */
const SHAPES = {
  kill: "M8 2 15 14H1Z", death: "M8 14 1 2H15Z",
  bomb: "M2.5 2.5H13.5V13.5H2.5Z", revive: "M8 1 15 8 8 15 1 8Z",
  round: "M8 2.5A5.5 5.5 0 1 0 8 13.5A5.5 5.5 0 1 0 8 2.5ZM8 5A3 3 0 1 1 8 11A3 3 0 1 1 8 5Z", rest: "M4 7H12V9H4Z",
  confirmed: "M1.5 8.5 3.5 6.5 6.5 9.5 12.8 3 14.8 5 6.5 13.5Z", supported: "M2 4H14V6.5H2ZM2 9.5H14V12H2Z",
  lone: "M6.5 14V5.2L4 6.6V4L7.2 2H9.5V14Z",
  contradicted: "M3.5 1.5 8 6 12.5 1.5 14.5 3.5 10 8 14.5 12.5 12.5 14.5 8 10 3.5 14.5 1.5 12.5 6 8 1.5 3.5Z",
};

const KILLS = ["kill", "knock", "first_blood", "multi_kill", "ace", "demolition"];

function kindMark(kind) {
  if (KILLS.includes(kind)) return "kill";
  if (kind === "death" || kind === "revive") return kind;
  if (kind.startsWith("bomb_")) return "bomb";
  return /^(match|round)_/.test(kind) ? "round" : "rest";
}

const shape = (name, attributes) => svg("path", { d: SHAPES[name] ?? SHAPES.rest, class: name, ...attributes });

/** A mark in a line of text; the words beside it say the same. */
export function mark(name) {
  const size = { viewBox: "0 0 16 16", width: 14, height: 14 };
  return svg("svg", { ...size, class: "mark", "aria-hidden": "true" }, shape(name));
}
export const markOfKind = (kind) => mark(kindMark(kind));

/**
 * When, by the match's own clock where it has one; with its date where that is not the
 * match's, which began at `start`.
 */
export function when(one, start) {
  if (one.match_clock_ms !== null && one.match_clock_ms !== undefined) return matchClock(one.match_clock_ms);
  return one.at === null ? t("no.time") : timeNear(one.at, start);
}

/** An occurrence in one sentence. */
export const summary = (one, start) =>
  `${sentence(one)}, ${when(one, start)}, ${t("seen.of", { seen: one.seen_by, expected: one.expected })}, ${t(one.standing)}`;

const columnId = (id) => `column-${id}`;

/**
 * The picture of who saw what: a list box of columns, of which `choose` hears the
 * chosen one and `enter` that its witnesses are wanted.
 */
export class Strip {
  constructor({ choose, enter }) {
    this.choose = choose;
    this.shown = [];
    this.chosen = null;
    this.names = el("ul", { class: "names" });
    this.ground = svg("g", { class: "ground" });
    this.columns = svg("g", { role: "presentation" });
    this.drawing = svg("svg", { role: "presentation" }, this.ground, this.columns);
    const list = { role: "listbox", "aria-orientation": "horizontal", "aria-label": t("picture") };
    this.box = el("div", { class: "scroll", tabindex: "0", ...list, "aria-describedby": "picture-hint" }, this.drawing);
    this.box.addEventListener("keydown", (event) => this.#key(event, enter));
    this.element = el("div", { class: "strip" }, this.names, this.box);
  }

  #key(event, enter) {
    const at = this.shown.findIndex((one) => one.id === this.chosen);
    const last = this.shown.length - 1;
    const to = { ArrowLeft: at === -1 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter" && at !== -1) enter();
    else if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    else if (this.shown[to]) this.choose(this.shown[to].id);
    event.preventDefault();
  }

  draw(record, shown, chosen, start) {
    const { box } = this;
    const rows = record.rows();
    const wasAtEnd = box.scrollLeft + box.clientWidth >= box.scrollWidth - COLUMN;
    const [moved, hadNone] = [this.chosen !== chosen, this.shown.length === 0];
    Object.assign(this, { shown, chosen, start });
    const several = new Set(rows.map((row) => row.account).filter((name, at, all) => all.indexOf(name) !== at));
    const name = (row) => el("li", { title: `${row.account ?? ""} ${row.device}` }, whose(row, several.has(row.account)));
    keyed(this.names, rows, { key: rowKey, version: (row) => several.has(row.account), make: name });
    const labels = labelsOf(shown, start);
    const ends = labels.map(({ x, text }) => x + text.length * DIGIT);
    const [width, height] = [Math.max(shown.length * COLUMN + 8, ...ends), HEAD + rows.length * ROW + FOOT];
    this.width = width;
    const size = { width: `${width / REM}rem`, height: `${height / REM}rem`, viewBox: `0 0 ${width} ${height}` };
    for (const [name, value] of Object.entries(size)) this.drawing.setAttribute(name, value);
    const times = labels.map(({ x, text }) => svg("text", { x, y: height - 5 }, text));
    fill(this.ground, lines(rows, width), rounds(shown, height), times);
    const among = rows.map(rowKey).join();
    const cells = new Map(shown.map((one) => [one, record.cells(one, rows)]));
    const version = (one) => `${one.version} ${one.id === chosen} ${cells.get(one).join()} ${among} ${start}`;
    const make = (one) => this.#column(one, rows, cells.get(one), height);
    keyed(this.columns, shown, { key: (one) => one.id, version, make });
    [...this.columns.children].forEach((column, at) => column.setAttribute("transform", `translate(${at * COLUMN + 4} 0)`));
    const at = shown.findIndex((one) => one.id === chosen);
    if (at === -1) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", columnId(chosen));
    if (moved && at !== -1) this.#bring(at);
    else if (wasAtEnd || hadNone) box.scrollLeft = box.scrollWidth;
  }

  #bring(at) {
    const { box } = this;
    const column = (box.scrollWidth * COLUMN) / this.width;
    const [left, right] = [(at - 1) * column, (at + 2) * column];
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }

  #column(one, rows, cells, height) {
    const dot = (is, at) => {
      const place = { cx: COLUMN / 2, cy: HEAD + at * ROW + ROW / 2, r: is === "seen" ? 5 : 4.25 };
      return is === "none" ? null : svg("circle", { ...place, class: is, "data-cell": is, "data-device": rows[at].device });
    };
    const attributes = {
      id: columnId(one.id), role: "option", "aria-selected": one.id === this.chosen, "aria-label": summary(one, this.start),
      class: `column ${one.standing}`, "data-occurrence": one.id, click: () => this.choose(one.id),
    };
    return svg("g", attributes, svg("title", {}, summary(one, this.start)),
      svg("rect", { class: "hit", width: COLUMN, height: height - FOOT - 18, y: 18, rx: 4 }),
      shape(kindMark(one.kind), { transform: "translate(3 21) scale(.75)" }),
      shape(one.standing, { transform: "translate(3 39) scale(.75)" }), cells.map(dot));
  }
}

/** An account, and which of its devices where that is to be said. */
export function whose({ account, device }, hasDevice = true) {
  const short = el("code", { class: "dim small" }, device.slice(0, 8));
  return account === null ? [short] : [el("bdi", {}, account), " ", hasDevice ? short : null];
}

const lines = (rows, width) =>
  rows.map((_, at) => svg("line", { x1: 0, x2: width, y1: HEAD + at * ROW + ROW / 2, y2: HEAD + at * ROW + ROW / 2 }));

function rounds(shown, height) {
  const starts = shown.map((one, at) => ({ round: one.round, at }))
    .filter(({ round, at }) => round !== null && round !== shown[at - 1]?.round);
  // Where rounds follow each other closely, a number that would stand on another is left out.
  let free = 0;
  const label = (round, x) => {
    if (x < free) return null;
    free = x + (String(round).length + 1) * DIGIT;
    return svg("text", { x, y: 13 }, String(round));
  };
  return starts.map(({ round, at }) => [
    svg("line", { class: "round-line", x1: at * COLUMN + 4, x2: at * COLUMN + 4, y1: UNDER_ROUNDS, y2: height - FOOT }),
    label(round, at * COLUMN + 8),
  ]);
}

/** The times under the columns; of another day than the match's the day alone, for which there is room. */
const labelsOf = (shown, start) =>
  shown.flatMap((one, at) => (at % TIMES === 0 ? [{ x: at * COLUMN + 4, text: shortDay(one, start) ?? when(one, start) }] : []));

/** Where between the first and the last witness each stands. */
export function instants(witnesses, at) {
  const known = witnesses.map((one) => Date.parse(one.at)).filter(Number.isFinite);
  const [first, last] = [Math.min(at, ...known), Math.max(at, ...known)];
  const x = (ms) => 6 + (108 * (ms - first)) / Math.max(1, last - first);
  return (witness) => {
    const ms = Date.parse(witness.at);
    if (!Number.isFinite(ms) || !Number.isFinite(at)) return null;
    return svg("svg", { class: "instant", viewBox: "0 0 120 16", "aria-hidden": "true" },
      svg("line", { x1: 0, x2: 120, y1: 8, y2: 8 }), svg("line", { class: "at", x1: x(at), x2: x(at), y1: 1, y2: 15 }),
      svg("circle", { cx: x(ms), cy: 8, r: 4.5 }));
  };
}

const CLOCK = { width: 600, height: 44, edge: 8 };

/** One clock's offset over the match, as a line with steps. */
export function clockLine({ segments }, first, last) {
  const { width, height, edge } = CLOCK;
  const offsets = segments.map((segment) => segment.offset_ms);
  const [low, high] = [Math.min(...offsets), Math.max(...offsets)];
  const x = (time) => Math.min(width, Math.max(0, (width * (Date.parse(time) - first)) / Math.max(1, last - first)));
  const y = (ms) => (high === low ? height / 2 : height - edge - ((height - 2 * edge) * (ms - low)) / (high - low));
  const starts = segments.map((segment, at) => (at === 0 ? Math.min(x(segment.from), width - 2) : x(segment.from)));
  const piece = ({ offset_ms: ms }, at) => (at === 0 ? `M${starts[0]} ${y(ms)}` : `H${starts[at]}V${y(ms)}`);
  const d = `${segments.map(piece).join("")}H${width}`;
  // The offsets stand beside it in words.
  const field = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const line = svg("path", { d, "vector-effect": "non-scaling-stroke" });
  return svg("svg", { class: "clock", ...field, "data-steps": offsets.length - 1 }, line);
}
