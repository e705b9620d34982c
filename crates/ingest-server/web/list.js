// Every match that the token may see, newest first.

import { read, wait } from "./api.js";
import { el, fill, keyed, table } from "./dom.js";
import { count, dayAndTime, gameName, ratio, t } from "./texts.js";

/** How often it looks for new ones while somebody may be looking. */
const LOOK_MS = 15_000;
const FIRST = "/v1/matches?limit=100";

export const matchHash = (key) => `#/match/${encodeURIComponent(key)}`;

export async function showList(page, signal) {
  const matches = new Map();
  let next = null;
  const ask = (path) => page.persist(() => read(path, signal), signal);

  const body = el("tbody");
  const heads = ["game", "started", "devices", "occurrences", "reports", "deduplication", "state"].map((name) => t(name));
  const totals = el("dl", { class: "figures" });
  const none = el("p", { class: "dim", role: "status" });
  const more = el("button", { type: "button", click: () => grow(next) }, t("matches.more"));
  const fresh = el("button", { type: "button", click: look }, t("matches.new"));
  const all = table(t("matches"), heads, body, { class: "wide panel", numbers: [2, 3, 4, 5] });

  function take(found) {
    for (const one of found.matches) matches.set(one.key, one);
    const newest = (one, other) => begun(other) - begun(one);
    const key = (one) => one.key;
    const version = JSON.stringify;
    keyed(body, [...matches.values()].sort(newest), { key, version, make: row });
    fill(totals, ...figures([...matches.values()]));
    none.textContent = matches.size === 0 ? t("matches.none") : next === null ? t("matches.all") : "";
    all.hidden = matches.size === 0;
    more.hidden = next === null;
  }

  async function grow(path) {
    const found = await ask(path);
    next = found.next;
    take(found);
  }

  async function look() {
    const found = await ask(FIRST);
    // What was joined into another match is in the list no more.
    const oldest = found.next === null ? -Infinity : begun(found.matches.at(-1));
    for (const one of matches.values()) if (begun(one) > oldest) matches.delete(one.key);
    take(found);
  }

  await grow(FIRST);
  const top = el("div", { class: "head" }, el("h1", {}, t("matches")), fresh);
  fill(page.main, top, totals, all, el("div", { class: "row" }, more, none));
  for (;;) {
    await wait(LOOK_MS, signal);
    if (!document.hidden) await look();
  }
}

const begun = (one) => (one.started_at === null ? 0 : Date.parse(one.started_at));

function figures(matches) {
  const sum = (name) => matches.reduce((total, one) => total + (one[name] ?? 0), 0);
  const [reports, occurrences] = [sum("reports"), sum("occurrences")];
  return [
    figure("matches", t("totals.matches"), count(matches.length)),
    figure("occurrences", t("occurrences"), count(occurrences)),
    figure("reports", t("reports"), count(reports)),
    figure("deduplication", t("ratio.title"), ratio(occurrences === 0 ? null : reports / occurrences)),
  ];
}

/** A number and what it counts. */
export function figure(name, label, value) {
  return el("div", {}, el("dt", {}, label), el("dd", { "data-figure": name }, value));
}

function row(one) {
  const link = el("a", { href: matchHash(one.key), "data-focus": one.key }, gameName(one.game));
  const state = el("span", { class: one.sealed ? "tag" : "tag open" }, t(one.sealed ? "final" : "open"));
  const number = (value) => el("td", { class: "number" }, count(value ?? 0));
  return el("tr", { "data-match": one.key },
    el("th", { scope: "row" }, link, el("div", { class: "key dim small" }, el("bdi", {}, one.key))),
    el("td", {}, one.started_at === null ? t("unknown") : dayAndTime(one.started_at)),
    number(one.devices), number(one.occurrences), number(one.reports),
    el("td", { class: "number" }, ratio(one.deduplication)), el("td", {}, state));
}
