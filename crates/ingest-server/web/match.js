// One match: reading it, following its feed, and the view that its parts make.

import { follow, read } from "./api.js";
import { countdown, el, fill, keyed, table } from "./dom.js";
import { matchHash } from "./list.js";
import { chips, clockRows, head, occurrenceRow, playerRow, showPlayer, witnessesOf } from "./parts.js";
import { Strip } from "./picture.js";
import { Record } from "./record.js";
import { count, counted, gameName, sentence, t, timeOfDay } from "./texts.js";

/** Columns of the picture and rows of the table at once: what a browser draws in a blink. */
const PART = 150;
/** Changes that the live feed remembers. */
const REMEMBERED = 60;
/** Flooded with changes, the page draws, reads and speaks no oftener than this. */
const DRAW_MS = 150;
const READ_MS = 1_500;
const SPEAK_MS = 5_000;
/** 50,000 occurrences: far beyond any match, and the end of what a tab holds. */
const PAGES_MAX = 50;
const PAGE = "/occurrences?limit=1000";

/** Why an occurrence that an address names is not there. */
const ABSENT = { 400: "never", 404: "never", 410: "gone" };

/** The key under which a match was shown when it was joined into another. */
let cameFrom = null;

export async function showMatch(page, key, chosen, signal, view) {
  const path = `/v1/matches/${encodeURIComponent(key)}`;
  const record = new Record();
  const state = { of: null, players: [], chosen, part: null, hidden: new Set(), unsaid: 0 };
  const ask = (tail) => read(`${path}${tail}`, signal);

  function moveTo(to) {
    cameFrom = key;
    page.go(addressOf(to, state.chosen));
  }

  /** What is not in the feed: sums, clocks, statistics. */
  async function readRest() {
    const [of, streams, statistics] = await Promise.all([ask(""), ask("/streams"), ask("/statistics")]);
    if (of.key !== key) moveTo(of.key);
    Object.assign(state, { of: { ...of, cameFrom }, players: statistics.players });
    record.streams = streams.streams;
  }

  /** The revision behind which the feed says everything that is not read here. */
  async function readOccurrences() {
    let [next, since] = [`${path}${PAGE}`, null];
    for (let pages = 0; next !== null && pages < PAGES_MAX; pages += 1) {
      const found = await read(next, signal);
      found.occurrences.forEach((one) => record.put(one));
      since ??= found.revision;
      next = found.next;
    }
    return since;
  }

  /** The chosen one by an id that it had before, or why there is none: ids are followed for ever. */
  async function find() {
    const id = state.chosen;
    if (!id || record.occurrences.has(id) || state.absent?.id === id) return;
    try {
      const found = await page.persist(() => known(id), signal);
      if (state.chosen !== id) return;
      if (found.occurrence) record.put(found.occurrence);
      if (found.why) state.absent = { id, why: found.why };
      else if (found.occurrence.id !== id) lead(found.occurrence.id);
    } catch {
      // It was said; whoever chooses it again is told again.
      return;
    }
    parts.draw();
  }
  async function known(id) {
    try {
      return { occurrence: await ask(`/occurrences/${encodeURIComponent(id)}`) };
    } catch (error) {
      if (ABSENT[error.status]) return { why: ABSENT[error.status] };
      throw error;
    }
  }
  /** Goes along with the chosen one into the one that it is part of now. */
  function lead(id) {
    Object.assign(state, { chosen: id, ledTo: id });
    history.replaceState(null, "", addressOf(key, id));
  }

  /** Nothing of it is left, or nothing that this token may see: then nothing stays on the screen. */
  function leave() {
    view.match = null;
    view.stop.abort();
    page.leave();
  }
  function refused(error) {
    if (error.why === "absent" && !signal.aborted) leave();
    throw error;
  }

  await page.persist(readRest, signal);
  const since = await page.persist(readOccurrences, signal);
  const parts = build(page, state, record, { choose, enter });
  const drawSoon = soon(parts.draw, DRAW_MS, signal);
  const speakSoon = soon(parts.speak, SPEAK_MS, signal);
  const readAgain = () => page.persist(readRest, signal).then(parts.draw).then(find);
  const readSoon = soon(() => readAgain().catch(refused).catch(() => {}), READ_MS, signal);

  function choose(id) {
    state.chosen = id;
    history.replaceState(null, "", addressOf(key, id));
    parts.draw();
  }
  function enter() {
    state.enteredFrom = document.activeElement?.dataset.focus;
    parts.witnesses.focus();
  }
  view.select = (id) => {
    state.chosen = id;
    parts.draw();
    find();
    if (id) enter();
  };

  function take(name, data) {
    if (name === "moved") {
      moveTo(data.to);
      return "end";
    }
    const before = record.occurrences.get(data.id);
    record.apply(name, data);
    if (name === "merged" && data.id === state.chosen) lead(data.into);
    if (name === "reset") {
      Object.assign(state, { players: [], absent: null });
      record.streams = [];
      parts.forget();
    }
    if (name === "sealed" || name === "reopened") state.of = { ...state.of, sealed: name === "sealed" };
    parts.tell(name, data.occurrence ?? before);
    for (const later of [drawSoon, readSoon, speakSoon]) later();
    return "on";
  }

  parts.draw();
  find();
  await follow(`${path}/feed`, since, signal, {
    event: take,
    moved: (address) => moveTo(decodeURIComponent(new URL(address).pathname.split("/")[3])),
    state: (is, more) => page.connect(is, more ? countdown(more.ms, (count) => t(`feed.${is}`, { count })) : t(`feed.${is}`)),
  }).catch((error) => {
    if (signal.aborted) throw error;
    page.connect("off", t("feed.off"));
    return refused(page.refuse(error));
  });
}

const addressOf = (key, id) => (id ? `${matchHash(key)}/${id}` : matchHash(key));

/** Does it once for all calls within `ms`. */
function soon(work, ms, signal) {
  let timer = null;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      if (!signal.aborted) work();
    }, ms);
  };
}

function section(name, ...children) {
  const title = `${name}-title`;
  const heading = el("h2", { id: title, tabindex: "-1" }, t(name));
  return el("section", { class: `panel ${name}`, "aria-labelledby": title }, heading, ...children);
}

/** The way to each section: between two of them there may be a link for every occurrence. */
function ways(sections) {
  const headings = sections.map((one) => one.querySelector("h2"));
  const way = (heading) => el("button", { type: "button", class: "plain", click: () => heading.focus() }, heading.textContent);
  return el("nav", { class: "row small", "aria-label": t("sections") }, headings.map(way));
}

/** The view's elements, and how they are filled. */
function build(page, state, record, { choose, enter }) {
  const [top, figures, standings, clocks, witnesses] = Array.from({ length: 5 }, () => el("div"));
  const [words, players, total] = [el("tbody"), el("tbody"), el("div", { role: "status" })];
  const [turning, provisional, empty] = [el("div", { class: "row part" }), el("p", { class: "dim" }), el("p")];
  const [quiet, spoken] = [el("p", { class: "dim" }, t("feed.none")), el("p", { class: "unseen", role: "status" })];
  const changes = el("ol", { role: "log", "aria-live": "off", tabindex: "0", "aria-label": t("feed") });
  const strip = new Strip({ choose, enter });
  const heads = (...names) => names.map((name) => t(name));
  const hint = (name, id) => el("p", { id, class: "dim small" }, t(name));
  const occurrences = heads("time", "round", "what", "seen.by", "standing", "sure");
  const counts = heads("account", "kills", "deaths", "assists", "objectives");
  const sections = [
    section("picture", hint("picture.hint", "picture-hint"), standings, empty, strip.element, turning),
    section("witnesses", witnesses),
    section("feed", quiet, changes, spoken),
    section("words", table(t("words"), occurrences, words, { numbers: [5] })),
    section("clocks", hint("clocks.hint"), clocks),
    section("players", provisional, table(t("players"), counts, players, { numbers: [1, 2, 3, 4] }), total),
  ];
  fill(page.main, top, figures, ways(sections), el("div", { class: "columns" }, sections));
  sections[1].addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const from = [...words.querySelectorAll("a")].find((one) => one.dataset.focus === state.enteredFrom);
    (from ?? strip.box).focus();
  });

  function draw() {
    const all = record.inOrder().filter((one) => !state.hidden.has(one.standing));
    const shown = partOf(all, state, turning, draw);
    head(top, figures, state.of, record.occurrences.size);
    chips(standings, state.hidden, record.standings(), draw);
    const none = record.occurrences.size === 0 ? "picture.none" : "picture.hidden";
    empty.textContent = shown.length === 0 ? t(none) : "";
    strip.element.hidden = shown.length === 0;
    strip.draw(record, shown, state.chosen ?? null, state.of.started_at);
    const version = (one) => `${one.version} ${one.id === state.chosen} ${state.of.started_at}`;
    keyed(words, shown, { key: (one) => one.id, version, make: (one) => occurrenceRow(one, state) });
    witnessesOf(witnesses, state, record);
    clockRows(clocks, record.streams);
    provisional.textContent = state.players.length === 0 ? t("players.none") : state.of.sealed ? "" : t("provisional");
    const player = (one) => playerRow(one, () => showPlayer(page, total, one.account));
    keyed(players, state.players, { key: (one) => one.account, version: JSON.stringify, make: player });
    document.title = `${gameName(state.of.game)} · Ringside`;
  }

  function tell(name, one) {
    quiet.hidden = true;
    state.unsaid += 1;
    const what = t(`change.${name}`, { what: one ? sentence(one) : "" });
    const time = el("span", { class: "dim small" }, timeOfDay(Date.now()));
    changes.prepend(el("li", { "data-change": name }, time, " ", what));
    while (changes.children.length > REMEMBERED) changes.lastChild.remove();
  }

  function speak() {
    spoken.textContent = counted("changes", state.unsaid);
    state.unsaid = 0;
  }
  /** What was said of what is to be forgotten. */
  function forget() {
    fill(changes);
    fill(total);
  }
  return { draw, tell, speak, forget, witnesses: sections[1].querySelector("h2") };
}

/** Of all, those that are shown: the last, unless others were asked for; and the way to the others. */
function partOf(all, state, turning, draw) {
  const at = all.findIndex((one) => one.id === state.chosen);
  if (at !== -1 && state.chosen !== state.brought) state.part = Math.floor(at / PART);
  state.brought = state.chosen;
  const last = Math.max(0, Math.ceil(all.length / PART) - 1);
  const index = Math.min(state.part ?? last, last);
  const from = index === last ? Math.max(0, all.length - PART) : index * PART;
  const shown = all.slice(from, from + PART);
  const go = (to) => () => {
    state.part = to === last ? null : to;
    draw();
  };
  const turn = (name, to) => () =>
    el("button", { type: "button", disabled: to < 0 || to > last, "data-focus": name, click: go(to) }, t(name));
  const where = t("part.of", { from: count(from + 1), to: count(from + shown.length), all: count(all.length) });
  const parts = [
    { key: "older", version: `${index} ${last}`, make: turn("part.older", index - 1) },
    { key: "where", version: where, make: () => el("span", {}, where) },
    { key: "newer", version: `${index} ${last}`, make: turn("part.newer", index + 1) },
  ];
  turning.hidden = last === 0;
  keyed(turning, parts, { key: (one) => one.key, version: (one) => one.version, make: (one) => one.make() });
  return shown;
}
