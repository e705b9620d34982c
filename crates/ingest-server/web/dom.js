// Making elements. What the server says reaches the page as text and in no other
// way: names are whatever a player typed.

const SVG = "http://www.w3.org/2000/svg";

/** An element; attributes that are functions are listeners, `undefined` and `false` are left out. */
export function el(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

function dressed(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    // Where something is said about an element to readers, `false` is said too.
    else if (name.startsWith("aria-") && value !== undefined) element.setAttribute(name, String(value));
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Makes `parent` hold one element for each item, in order, and makes anew only
 * those whose `version` changed: what has the focus keeps it.
 */
export function keyed(parent, items, { key, version, make }) {
  const old = parent.made ?? new Map();
  const made = new Map();
  const within = parent.contains(document.activeElement) && document.activeElement.dataset.focus;
  let before = parent.firstChild;
  for (const item of items) {
    const [name, now] = [key(item), version(item)];
    const same = old.get(name)?.version === now;
    const element = same ? old.get(name).element : make(item);
    made.set(name, { version: now, element });
    if (element === before) before = before.nextSibling;
    else parent.insertBefore(element, before);
  }
  for (const [name, { element }] of old) {
    if (made.get(name)?.element !== element) element.remove();
  }
  parent.made = made;
  if (within && document.activeElement === document.body) {
    [...parent.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === within)?.focus();
  }
}

/** Fills `parent` with these instead of what it held. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(2).filter((child) => child !== null));
}

/** The same with one item: `parent` is filled anew where `version` changed. */
export function renewed(parent, version, make) {
  keyed(parent, [parent], { key: () => "", version: () => version, make: () => el("div", {}, make()) });
}

/**
 * So many seconds, counted down for as long as it stands in the page; not read out
 * anew with each of them.
 */
export function countdown(ms, words) {
  const element = el("span", { "aria-live": "off" });
  const until = Date.now() + ms;
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1_000));
  const tell = () => (element.textContent = words(left()));
  const timer = setInterval(() => (element.isConnected && left() > 0 ? tell() : clearInterval(timer)), 1_000);
  tell();
  return element;
}

/** A table with a caption for readers of the screen only; heads of `numbers` stand at the end. */
export function table(caption, heads, body, { numbers = [], ...attributes } = {}) {
  const name = (head, at) => el("th", { scope: "col", class: numbers.includes(at) && "number" }, head);
  const row = el("tr", {}, heads.map(name));
  const inner = el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, row), body);
  return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": caption, ...attributes }, inner);
}
