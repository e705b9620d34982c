// What is known of one match: its occurrences, kept as the feed says. No element here.

/** A row of the picture: one account on one device. */
export const rowKey = (one) => `${one.account ?? ""}\n${one.device}`;

/** Two devices of one account are one witness. */
const person = (one) => one.account ?? one.device;

/** Whose word counts for nothing is expected nowhere. */
const isOutside = (row) => row.stream?.flags.includes("outsider") ?? false;

/** How far the nearest of these times is; they are in order. */
function nearest(times, at) {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (times[middle] < at) from = middle + 1;
    else to = middle;
  }
  return Math.min(...[times[from - 1], times[from]].map((time) => Math.abs((time ?? Infinity) - at)));
}

/** The order in which things happened; what has no time stands last. */
const order = (one) => (one.at === null ? Infinity : Date.parse(one.at));

/** What is shown of when, where every one has it: rows stand in the order of what they say. */
const clock = (one) => one.match_clock_ms ?? null;

export class Record {
  constructor() {
    this.occurrences = new Map();
    this.streams = [];
    this.changes = 0;
    this.order = null;
  }

  /** Takes an occurrence as it stands, unless a later state of it is known. */
  put(occurrence) {
    const known = this.occurrences.get(occurrence.id);
    if (known && known.revision > occurrence.revision) return;
    this.changes += 1;
    this.order = null;
    this.occurrences.set(occurrence.id, { ...occurrence, version: this.changes });
  }

  /** All of them in time. */
  inOrder() {
    const all = [...this.occurrences.values()];
    const byClock = all.every((one) => clock(one) !== null);
    // Of two without a time neither is the smaller: NaN is neither.
    const inTime = (a, b) => order(a) - order(b) || 0;
    const smaller = (a, b) =>
      (byClock && clock(a) - clock(b)) || inTime(a, b) || clock(a) - clock(b) || (a.id < b.id ? -1 : 1);
    this.order ??= all.sort(smaller);
    return this.order;
  }

  /**
   * Applies an event of the feed: an occurrence in it replaces what is known of it, and
   * what ended is no more. Applying one twice changes nothing.
   */
  apply(name, { id, occurrence }) {
    this.changes += 1;
    if (name === "reset") this.occurrences.clear();
    if (name === "merged" || name === "retracted") this.occurrences.delete(id);
    this.order = null;
    if (occurrence) this.put(occurrence);
  }

  /** One row for each account on each device, the accounts by name. */
  rows() {
    const rows = new Map();
    for (const stream of this.streams) {
      rows.set(rowKey(stream), { device: stream.device, account: stream.account, stream });
    }
    for (const { witnesses } of this.occurrences.values()) {
      for (const { device, account } of witnesses) {
        const key = rowKey({ device, account });
        if (!rows.has(key)) rows.set(key, { device, account, stream: null });
      }
    }
    const name = ({ account, device }) => `${account ?? "\uffff"}\n${device}`;
    return [...rows.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  /**
   * What each row has to say of an occurrence: `seen`, `missing` or `none`. How many miss
   * it, the server says; they are taken for those who tell of the nearest besides it.
   */
  cells(one, rows) {
    const saw = new Set(one.witnesses.map(rowKey));
    const told = new Set(one.witnesses.map(person));
    const at = Date.parse(one.at);
    const silent = new Map();
    for (const row of rows) {
      const who = person(row);
      if (!told.has(who) && !silent.has(who) && !isOutside(row)) silent.set(who, row);
    }
    const far = (who) => nearest(this.#timesOf(who), at);
    const nearby = [...silent].sort(([who], [other]) => far(who) - far(other) || 0);
    const missing = nearby.slice(0, Math.max(0, one.expected - one.seen_by)).map(([, row]) => row);
    return rows.map((row) => (saw.has(rowKey(row)) ? "seen" : missing.includes(row) ? "missing" : "none"));
  }

  /** When somebody saw anything, in order. */
  #timesOf(who) {
    if (this.times?.of !== this.changes) {
      this.times = { of: this.changes, by: new Map() };
      for (const one of this.inOrder()) {
        for (const witness of one.at === null ? [] : one.witnesses) {
          const by = person(witness);
          if (!this.times.by.has(by)) this.times.by.set(by, []);
          this.times.by.get(by).push(Date.parse(one.at));
        }
      }
    }
    return this.times.by.get(who) ?? [];
  }

  /** How many there are of each standing. */
  standings() {
    const counts = { confirmed: 0, supported: 0, lone: 0, contradicted: 0 };
    for (const { standing } of this.occurrences.values()) {
      if (standing in counts) counts[standing] += 1;
    }
    return counts;
  }
}
