// One match: what happened, who saw it, how the clocks ran, and what changes now.

import { follow, read } from "./api.js";
import { el, fill, keyed, renewed, table } from "./dom.js";
import { figure, matchHash } from "./list.js";
import { Strip, clockLine, instants, mark, markOfKind, when, whose } from "./picture.js";
import { Record } from "./record.js";
import { count, counted, dayAndTime, difference, exactTime, gameName, ratio, sentence, t, timeOfDay, word } from "./texts.js";

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

const STANDINGS = ["confirmed", "supported", "lone", "contradicted"];
/** A match that was joined into another while it was shown. */
let cameFrom = null;

export async function showMatch(page, key, chosen, signal, view) {
  const path = `/v1/matches/${encodeURIComponent(key)}`;
  const record = new Record();
  const ask = (tail) => read(`${path}${tail}`, signal);
  const state = { of: await page.persist(() => ask(""), signal), players: [], provisional: true, chosen, part: null, hidden: new Set(), unsaid: 0 };
  if (state.of.key !== key) return moveTo(state.of.key);

  async function readRest() {
    const [of, streams, statistics] = await Promise.all([ask(""), ask("/streams"), ask("/statistics")]);
    if (of.key !== key) moveTo(of.key);
    Object.assign(state, { of, players: statistics.players });
    record.streams = streams.streams;
  }

  async function readOccurrences() {
    let [next, since] = ["/occurrences?limit=500", null];
    for (let pages = 0; next !== null && pages < PAGES_MAX; pages += 1) {
      const found = await (pages === 0 ? ask(next) : read(next, signal));
      found.occurrences.forEach((one) => record.put(one));
      since ??= found.revision;
      next = found.next;
    }
    return since;
  }

  function moveTo(to) {
    cameFrom = key;
    page.go(matchHash(to));
  }

  const since = await page.persist(async () => {
    const [, revision] = await Promise.all([readRest(), readOccurrences()]);
    return revision;
  }, signal);

  const parts = build(page, state, record, { choose, draw, enter });
  function draw() {
    parts.draw();
  }
  const drawSoon = soon(draw, DRAW_MS, signal);
  const speakSoon = soon(() => parts.speak(), SPEAK_MS, signal);
  const readSoon = soon(() => readAgain().catch((error) => signal.aborted || page.refuse(error)), READ_MS, signal);

  function choose(id) {
    state.chosen = id;
    history.replaceState(null, "", id ? `${matchHash(key)}/${id}` : matchHash(key));
    draw();
  }
  function enter() {
    state.enteredFrom = document.activeElement?.dataset.focus;
    parts.witnesses.focus();
  }
  view.select = (id) => {
    state.chosen = id;
    draw();
    if (id) enter();
  };

  /** What the events leave open: sums, clocks, statistics. */
  async function readAgain() {
    await page.persist(readRest, signal);
    draw();
  }

  draw();
  await follow(`${path}/feed`, since, signal, {
    moved: (address) => moveTo(decodeURIComponent(new URL(address).pathname.split("/")[3])),
    state(is, more) {
      page.connect(is, t(`feed.${is}`, { count: more ? Math.ceil(more.ms / 1_000) : "" }));
    },
    event(name, data) {
      if (name === "moved") {
        moveTo(data.to);
        return "end";
      }
      const before = record.occurrences.get(data.id);
      record.apply(name, data);
      if (name === "sealed" || name === "reopened") state.of.sealed = name === "sealed";
      parts.tell(name, record.occurrences.get(data.occurrence?.id ?? data.into ?? data.id) ?? before);
      drawSoon();
      readSoon();
      speakSoon();
      return "on";
    },
  }).catch((error) => {
    if (signal.aborted) throw error;
    page.connect("off", t("feed.off"));
    throw page.refuse(error);
  });
}

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

const section = (name, title, ...children) =>
  el("section", { class: `panel ${name}`, "aria-labelledby": `${name}-title` }, el("h2", { id: `${name}-title`, tabindex: "-1" }, title), ...children);

/** The view's elements, and how they are filled. */
function build(page, state, record, on) {
  const [head, figures, chips, clocks, witnesses] = Array.from({ length: 5 }, () => el("div"));
  const [part, body, players, said] = [el("div", { class: "row part" }), el("tbody"), el("tbody"), el("ol", { role: "log", "aria-live": "off", tabindex: "0", "aria-label": t("feed") })];
  const [spoken, nothing, total] = [el("p", { class: "unseen", role: "status" }), el("p", { class: "dim" }, t("feed.none")), el("div", { role: "status" })];
  const [provisional, none] = [el("p", { class: "dim small" }), el("p", { class: "dim" })];
  const strip = new Strip(on);
  const heads = (...names) => names.map((name) => t(name));
  const witnessed = section("witnesses", t("witnesses"), witnesses);
  const back = () => [...body.querySelectorAll("a")].find((one) => one.dataset.focus === state.enteredFrom) ?? strip.box;
  witnessed.addEventListener("keydown", (event) => event.key === "Escape" && back().focus());
  fill(page.main, head, figures,
    el("div", { class: "columns" },
      section("picture", t("picture"), el("p", { id: "picture-hint", class: "dim small" }, t("picture.hint")), chips, none, strip.element, part),
      witnessed, section("feed", t("feed"), nothing, said, spoken),
      section("words", t("table.title"), table(t("table.title"), heads("time", "round", "what", "seen.by", "standing", "sure"), body, { numbers: [5] })),
      section("clocks", t("clocks"), el("p", { class: "dim small" }, t("clocks.hint")), clocks),
      section("players", t("players"), provisional, table(t("players"), heads("account", "kills", "deaths", "assists", "objectives"), players, { numbers: [1, 2, 3, 4] }), total)));

  /** The part that is shown: the last one, unless another was asked for. */
  function partOf(all) {
    const at = all.findIndex((one) => one.id === state.chosen);
    if (at !== -1 && state.chosen !== state.brought) state.part = Math.floor(at / PART);
    state.brought = state.chosen;
    const last = Math.max(0, Math.ceil(all.length / PART) - 1);
    const index = Math.min(state.part ?? last, last);
    const from = index === last ? Math.max(0, all.length - PART) : index * PART;
    const go = (to) => {
      state.part = to === last ? null : to;
      on.draw();
    };
    const turn = (by, name, off) => el("button", { type: "button", disabled: off, "data-focus": name, click: () => go(index + by) }, t(name));
    const shown = all.slice(from, from + PART);
    const words = t("part.of", { from: count(from + 1), to: count(from + shown.length), all: count(all.length) });
    part.hidden = last === 0;
    const again = { key: (one) => one[0], version: String, make: ([, , make]) => make() };
    keyed(part, [
      ["older", `${index} ${last}`, () => turn(-1, "part.older", index === 0)], ["words", words, () => el("span", {}, words)],
      ["newer", `${index} ${last}`, () => turn(1, "part.newer", index === last)],
    ], again);
    return shown;
  }

  function draw() {
    const all = record.inOrder().filter((one) => !state.hidden.has(one.standing));
    const shown = partOf(all);
    drawHead(head, figures, state.of, record);
    drawChips(chips, state, record, on.draw);
    none.textContent = shown.length === 0 ? t("picture.none") : "";
    strip.element.hidden = shown.length === 0;
    strip.draw(record.rows(), shown, state.chosen ?? null);
    const version = (one) => `${one.version} ${one.id === state.chosen}`;
    keyed(body, shown, { key: (one) => one.id, version, make: (one) => occurrenceRow(one, state) });
    drawWitnesses(witnesses, state, record);
    drawClocks(clocks, record.streams);
    provisional.textContent = state.players.length === 0 ? t("players.none") : state.of.sealed ? "" : t("provisional");
    keyed(players, state.players, { key: (one) => one.account, version: JSON.stringify, make: (one) => playerRow(one, (account) => showPlayer(page, total, account)) });
    document.title = `${gameName(state.of.game)} · Ringside`;
  }

  function tell(name, one) {
    nothing.hidden = true;
    state.unsaid += 1;
    const words = t(`change.${name}`, { what: one ? sentence(one) : "" });
    said.prepend(el("li", { "data-change": name }, el("time", { class: "dim small" }, timeOfDay(Date.now())), " ", words));
    while (said.children.length > REMEMBERED) said.lastChild.remove();
  }

  function speak() {
    spoken.textContent = counted("changes", state.unsaid);
    state.unsaid = 0;
  }
  return { draw, tell, speak, witnesses: witnessed.querySelector("h2") };
}

function drawHead(head, figures, of, record) {
  const others = (of.keys ?? []).filter((key) => key !== of.key);
  const words = (of.flags ?? []).map((flag) => el("span", { class: "tag" }, word("flag", flag)));
  const tag = el("span", { class: of.sealed ? "tag" : "tag open", "data-state": of.sealed ? "final" : "open" }, t(of.sealed ? "final" : "open"));
  renewed(head, JSON.stringify([of, cameFrom]), () => [el("nav", {}, el("a", { href: "#/", "data-focus": "back" }, `← ${t("back")}`)),
    el("h1", {}, gameName(of.game), " ", el("span", { class: "dim" }, of.started_at === null ? "" : dayAndTime(of.started_at)), " ", tag, words),
    el("p", { class: "dim small key" }, el("bdi", {}, of.key), others.length > 0 ? ` · ${t("keys.also", { keys: others.join(", ") })}` : "", others.includes(cameFrom) ? ` · ${t("moved")}` : "")]);
  const [occurrences, reports] = [record.occurrences.size, of.reports ?? 0];
  const shown = [["devices", of.devices], ["occurrences", occurrences], ["reports", reports], ["late", of.late], ["overflow", of.overflow]];
  fill(figures, el("dl", { class: "figures" }, shown.filter(([name, value]) => value > 0 || name === "occurrences").map(([name, value]) => figure(name, t(name), count(value))),
    figure("deduplication", t("ratio.title"), ratio(of.deduplication))));
}

/** How many there are of each standing; pressed, they are shown. */
function drawChips(chips, state, record, draw) {
  chips.className = "row chips";
  const counts = record.standings();
  const chip = (standing) => {
    const isShown = !state.hidden.has(standing);
    const click = () => {
      state.hidden[isShown ? "add" : "delete"](standing);
      draw();
    };
    return el("button", { type: "button", class: `chip ${standing}`, "aria-pressed": isShown, "data-focus": standing, click }, mark(standing), ` ${t(standing)} `, el("b", {}, count(counts[standing])));
  };
  keyed(chips, [...STANDINGS, "legend"], {
    key: (one) => one, version: (one) => `${counts[one]} ${state.hidden.has(one)}`,
    make: (one) => (one === "legend" ? el("span", { class: "dim small legend" }, el("i", { class: "seen" }), ` ${t("seen")} `, el("i", { class: "missing" }), ` ${t("missing")}`) : chip(one)),
  });
}

function standingOf(one) {
  return el("span", { class: `standing ${one.standing}` }, mark(one.standing), " ", t(one.standing));
}

function occurrenceRow(one, state) {
  const isChosen = one.id === state.chosen;
  const link = el("a", { href: `${matchHash(state.of.key)}/${one.id}`, "data-focus": one.id, "aria-current": isChosen ? "true" : undefined }, sentence(one));
  const late = one.late ? el("span", { class: "tag" }, t("late.mark")) : null;
  return el("tr", { class: isChosen && "chosen", "data-row": one.id },
    el("td", {}, when(one)), el("td", {}, one.round ?? ""), el("th", { scope: "row" }, markOfKind(one.kind), " ", link, " ", late),
    el("td", {}, t("seen.of", { seen: count(one.seen_by), expected: count(one.expected) })),
    el("td", {}, standingOf(one)), el("td", { class: "number" }, `${Math.round(one.confidence * 100)} %`));
}

function drawWitnesses(parent, state, record) {
  const one = record.occurrences.get(state.chosen);
  const version = `${state.chosen} ${one?.version} ${one?.linked?.map((id) => record.occurrences.get(id)?.version)}`;
  renewed(parent, version, () => (one ? witnessesOf(one, state, record) : el("p", { class: "dim" }, t(state.chosen ? "gone" : "witnesses.none"))));
}

function witnessesOf(one, state, record) {
  const at = Date.parse(one.at);
  const instant = instants(one.witnesses, at);
  const time = (witness) => Date.parse(witness.at);
  const apart = (witness) => (Number.isFinite(time(witness) - at) ? difference(time(witness) - at) : "");
  const row = (witness) => el("tr", { "data-witness": witness.event_id },
    el("th", { scope: "row" }, whose({ account: witness.account ?? null, device: witness.device }), witness.late ? el("span", { class: "tag" }, t("late.mark")) : null),
    el("td", { class: "number" }, witness.at ? exactTime(witness.at) : t("no.time"), el("div", { class: "dim small" }, apart(witness))),
    el("td", {}, instant(witness)));
  const sorted = [...one.witnesses].sort((a, b) => (time(a) || Infinity) - (time(b) || Infinity));
  const linked = (one.linked ?? []).map((id) => el("a", { href: `${matchHash(state.of.key)}/${id}` }, record.occurrences.has(id) ? sentence(record.occurrences.get(id)) : id.slice(0, 8)));
  return [el("p", {}, el("strong", {}, markOfKind(one.kind), " ", sentence(one))),
    el("p", { class: "small" }, one.at ? exactTime(one.at) : t("no.time"), " · ", t("seen.of", { seen: one.seen_by, expected: one.expected }), " · ", standingOf(one), ` · ${Math.round(one.confidence * 100)} %`),
    linked.length > 0 ? el("p", { class: "small" }, `${t("linked")}: `, linked) : null,
    table(t("witnesses"), [t("account"), t("own.time"), t("difference")], el("tbody", {}, sorted.map(row)), { numbers: [1] })];
}

function drawClocks(parent, streams) {
  const span = (name) => streams.map((stream) => Date.parse(stream[name])).filter(Number.isFinite);
  const [first, last] = [Math.min(...span("first_at")), Math.max(...span("last_at"))];
  const all = streams.flatMap((stream) => stream.clocks.map((clock) => ({ stream, clock })));
  const none = [{ isNone: true }];
  parent.className = "clock-list";
  keyed(parent, all.length === 0 ? none : all, {
    key: ({ stream, clock }) => (stream ? `${stream.device} ${stream.account} ${stream.origin} ${clock.axis} ${clock.epoch}` : "none"),
    version: (one) => JSON.stringify([one, first, last]),
    make: (one) => (one.isNone ? el("p", { class: "dim" }, t("clocks.none")) : clockRow(one, first, last)),
  });
}

function clockRow({ stream, clock }, first, last) {
  const steps = Math.max(0, clock.segments.length - 1);
  const words = [
    t(`clock.${clock.axis}`), word("quality", clock.quality ?? t("unknown")), t(clock.placed ? "clock.placed" : "clock.unplaced"),
    steps === 0 ? t("splits.none") : counted("splits", steps),
    clock.residual_ms == null ? null : t("residual", { ms: `${count(Math.abs(Math.round(clock.residual_ms)))} ms` }), counted("reports", clock.reports ?? stream.reports),
  ];
  const flags = [...(stream.flags ?? []), ...(stream.origin === "replay" ? ["replay"] : [])].map((flag) => el("span", { class: "tag open" }, word("flag", flag)));
  const offsets = clock.segments.map((segment) => difference(segment.offset_ms)).join(" → ");
  return el("div", { class: "clock-row", "data-device": stream.device },
    el("div", {}, el("p", {}, whose(stream), " ", flags), el("p", { class: "dim small" }, words.filter(Boolean).join(" · "))),
    clock.segments.length > 0 ? clockLine(clock, first, last) : null, el("p", { class: "number", "data-offsets": "" }, offsets));
}

function playerRow(one, ask) {
  const number = (name) => el("td", { class: "number" }, count(one[name] ?? 0));
  const button = el("button", { type: "button", class: "plain", "data-focus": one.account, click: () => ask(one.account) }, el("bdi", {}, one.account));
  return el("tr", { "data-player": one.account }, el("th", { scope: "row" }, button), ["kills", "deaths", "assists", "objectives"].map(number));
}

/** A player's sums over every match. */
async function showPlayer(page, total, account) {
  const found = await read(`/v1/players/${encodeURIComponent(account)}/statistics`).catch((error) => void page.refuse(error));
  if (!found) return;
  const number = (value) => el("td", { class: "number" }, count(value ?? 0));
  const row = (of) => el("tr", {}, el("th", { scope: "row" }, gameName(of.game)), ["matches", "kills", "deaths", "assists", "objectives"].map((name) => number(of[name])));
  const heads = ["game", "player.games", "kills", "deaths", "assists", "objectives"].map((name) => t(name));
  const title = t("player.all", { account });
  fill(total, el("h3", {}, title), table(title, heads, el("tbody", {}, found.games.map(row)), { numbers: [1, 2, 3, 4, 5] }));
}
