// The parts of a match's view that are words and tables.

import { read } from "./api.js";
import { el, fill, keyed, renewed, table } from "./dom.js";
import { figure, matchHash } from "./list.js";
import { clockLine, instants, mark, markOfKind, when, whose } from "./picture.js";
import { apart, count, counted, dayAndTime, difference, exactTime, gameName, percent, ratio, sentence, t, word } from "./texts.js";

const STANDINGS = ["confirmed", "supported", "lone", "contradicted"];
const COUNTS = ["kills", "deaths", "assists", "objectives"];

const tag = (words, isOdd) => el("span", { class: isOdd ? "tag open" : "tag" }, words);
const flags = (family, names) => names.map((name) => [" ", el("span", { "data-flag": name }, tag(word(family, name), true))]);
const numberCell = (value) => el("td", { class: "number" }, count(value ?? 0));
const seenOf = (one) => t("seen.of", { seen: count(one.seen_by), expected: count(one.expected) });
const standing = (one) => el("span", { class: `standing ${one.standing}` }, mark(one.standing), " ", t(one.standing));

/** What the match is, and its sums. */
export function head(top, figures, of, occurrences) {
  const others = (of.keys ?? []).filter((key) => key !== of.key);
  renewed(top, JSON.stringify(of), () => [
    el("nav", {}, el("a", { href: "#/", "data-focus": "back" }, `← ${t("back")}`)),
    el("h1", {}, gameName(of.game), " ", el("span", { class: "dim" }, of.started_at ? dayAndTime(of.started_at) : ""), " ",
      el("span", { "data-state": of.sealed ? "final" : "open" }, tag(t(of.sealed ? "final" : "open"), !of.sealed)),
      flags("odd", of.flags ?? [])),
    el("p", { class: "dim small key" }, el("bdi", {}, of.key),
      others.length > 0 ? ` · ${t("keys.also", { keys: others.join(", ") })}` : "",
      others.includes(of.cameFrom) ? ` · ${t("moved")}` : ""),
  ]);
  const sums = { devices: of.devices, occurrences, reports: of.reports, late: of.late, overflow: of.overflow };
  const shown = Object.entries(sums).filter(([name, value]) => value > 0 || name === "occurrences");
  fill(figures, el("dl", { class: "figures" }, shown.map(([name, value]) => figure(name, t(name), count(value))),
    figure("deduplication", t("ratio.title"), ratio(of.deduplication))));
}

/** How many there are of each standing; pressed, they are shown. */
export function chips(parent, hidden, counts, draw) {
  parent.className = "row chips";
  const chip = (name) => {
    const isShown = !hidden.has(name);
    const click = () => {
      hidden[isShown ? "add" : "delete"](name);
      draw();
    };
    const attributes = { type: "button", class: `chip ${name}`, "aria-pressed": isShown, "data-focus": name, click };
    return el("button", attributes, mark(name), ` ${t(name)} `, el("b", {}, count(counts[name])));
  };
  // A ring and its words stay together.
  const dot = (name) => el("span", {}, el("i", { class: name }), ` ${t(name)}`);
  const legend = () => el("span", { class: "dim small legend" }, dot("seen"), dot("missing"));
  const make = (name) => (name === "legend" ? legend() : chip(name));
  const version = (name) => `${counts[name]} ${hidden.has(name)}`;
  keyed(parent, [...STANDINGS, "legend"], { key: (name) => name, version, make });
}

export function occurrenceRow(one, { of, chosen }) {
  const isChosen = one.id === chosen;
  const href = `${matchHash(of.key)}/${one.id}`;
  const link = el("a", { href, "data-focus": one.id, "aria-current": isChosen ? "true" : undefined }, sentence(one));
  const late = one.late ? tag(t("late.mark")) : null;
  return el("tr", { class: isChosen && "chosen", "data-row": one.id },
    el("td", {}, when(one, of.started_at)), el("td", {}, one.round ?? ""),
    el("th", { scope: "row" }, markOfKind(one.kind), " ", link, " ", late),
    el("td", {}, seenOf(one)), el("td", {}, standing(one)), el("td", { class: "number" }, percent(one.confidence)));
}

/** Who saw the chosen occurrence, with their times beside each other. */
export function witnessesOf(parent, { of, chosen, ledTo, absent }, record) {
  const one = record.occurrences.get(chosen);
  const others = (one?.linked ?? []).map((id) => record.occurrences.get(id) ?? { id, version: 0 });
  const isLed = chosen !== undefined && chosen === ledTo;
  const why = chosen ? (absent?.id === chosen ? absent.why : "loading") : "witnesses.none";
  const version = [chosen, isLed, why, of.started_at, one?.version, ...others.map((other) => other.version)].join();
  const none = () => el("p", { class: "dim" }, t(why));
  const led = () => (isLed ? el("p", { class: "dim small" }, t("led")) : null);
  renewed(parent, version, () => (one ? [led(), about(one, of, others), witnessTable(one, of)] : none()));
}

function about(one, of, others) {
  const name = (other) => (other.kind ? `${when(other, of.started_at)} ${sentence(other)}` : other.id.slice(0, 8));
  const links = others.map((other) => [" ", el("a", { href: `${matchHash(of.key)}/${other.id}` }, name(other))]);
  const text = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const details = Object.entries(one.details ?? {}).map(([key, value]) => `${word("detail", key)}: ${text(value)}`);
  const time = one.at ? exactTime(one.at, of.started_at) : t("no.time");
  return [
    el("p", {}, el("strong", {}, markOfKind(one.kind), " ", sentence(one))),
    el("p", { class: "small" }, `${time} · ${seenOf(one)} · `, standing(one), ` · ${percent(one.confidence)}`),
    details.length > 0 ? el("p", { class: "dim small" }, details.join(" · ")) : null,
    links.length > 0 ? el("p", { class: "small" }, `${t("linked")}:`, links) : null,
  ];
}

function witnessTable(one, of) {
  const at = Date.parse(one.at);
  const time = (witness) => Date.parse(witness.at);
  const instant = instants(one.witnesses, at);
  const row = (witness) => {
    const apart = time(witness) - at;
    const apartText = el("div", { class: "dim small" }, Number.isFinite(apart) ? difference(apart) : "");
    return el("tr", { "data-witness": witness.event_id },
      el("th", { scope: "row" }, whose(witness), witness.late ? tag(t("late.mark")) : null),
      el("td", { class: "number" }, witness.at ? exactTime(witness.at, of.started_at) : t("no.time"), apartText),
      el("td", {}, instant(witness)));
  };
  const sorted = [...one.witnesses].sort((a, b) => (time(a) || Infinity) - (time(b) || Infinity));
  const heads = [t("account"), t("own.time"), t("difference")];
  return table(t("witnesses"), heads, el("tbody", {}, sorted.map(row)), { numbers: [1] });
}

/** The clocks of all devices, each with its offset over the match. */
export function clockRows(parent, streams) {
  const times = (name) => streams.map((stream) => Date.parse(stream[name])).filter(Number.isFinite);
  const [first, last] = [Math.min(...times("first_at")), Math.max(...times("last_at"))];
  const clocks = streams.flatMap((stream) => stream.clocks.map((clock) => ({ stream, clock })));
  keyed(parent, clocks.length > 0 ? clocks : [null], {
    key: (one) => one && [one.stream.device, one.stream.account, one.stream.origin, one.clock.axis, one.clock.epoch].join(),
    version: (one) => JSON.stringify([one, first, last]),
    make: (one) => (one ? clockRow(one, first, last) : el("p", { class: "dim" }, t("clocks.none"))),
  });
}

function clockRow({ stream, clock }, first, last) {
  const { segments } = clock;
  const residual = Math.abs(clock.residual_ms ?? 0);
  const words = [
    t(`clock.${clock.axis}`), word("quality", clock.quality), t(clock.placed ? "clock.placed" : "clock.unplaced"),
    segments.length < 2 ? t("splits.none") : counted("splits", segments.length - 1),
    clock.residual_ms === null ? "" : t("residual", { ms: `${count(residual)} ms` }), counted("reports", clock.reports),
  ];
  const odd = stream.origin === "replay" ? [...stream.flags, "replay"] : stream.flags;
  const told = el("p", { class: "dim small" }, words.filter((text) => text !== "").join(" · "));
  const offsets = segments.map((segment) => difference(segment.offset_ms)).join(" → ");
  return el("div", { class: "clock-row", "data-device": stream.device },
    el("div", {}, el("p", {}, whose(stream), flags("flag", odd)), told),
    segments.length > 0 ? clockLine(clock, first, last) : null, el("p", { class: "number" }, offsets));
}

export function playerRow(one, click) {
  const attributes = { type: "button", class: "plain", "data-focus": one.account, click };
  const name = el("button", attributes, el("bdi", {}, one.account));
  const cells = COUNTS.map((of) => numberCell(one[of]));
  return el("tr", { "data-player": one.account }, el("th", { scope: "row" }, name), cells);
}

/** A player's sums over every match. */
export async function showPlayer(page, total, account) {
  const found = await read(`/v1/players/${encodeURIComponent(account)}/statistics`).catch((error) => void page.refuse(error));
  if (!found) return;
  const names = ["matches", ...COUNTS];
  const row = (of) => el("tr", {}, el("th", { scope: "row" }, gameName(of.game)), names.map((name) => numberCell(of[name])));
  const heads = ["game", ...names].map((name) => t(name));
  const title = t("player.all", { account: apart(account) });
  fill(total, el("h3", {}, title), table(title, heads, el("tbody", {}, found.games.map(row)), { numbers: [1, 2, 3, 4, 5] }));
}
