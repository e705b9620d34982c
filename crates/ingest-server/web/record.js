// What is known of one match: its occurrences, kept as the feed says. No element here.

/** A row of the picture: one account on one device. */
export const rowKey = (one) => `${one.account ?? ""}\n${one.device}`;

/** The order in which things happened; what has no time stands last. */
const order = (one) => (one.at === null ? Infinity : Date.parse(one.at));

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
    const smaller = (a, b) => order(a) - order(b) || (a.id < b.id ? -1 : 1);
    this.order ??= [...this.occurrences.values()].sort((a, b) => smaller(a, b));
    return this.order;
  }

  /**
   * Applies an event of the feed: an occurrence in it replaces what is known of it, and
   * what ended is no more. Applying one twice changes nothing.
   */
  apply(name, { id, occurrence }) {
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

  /** How many there are of each standing. */
  standings() {
    const counts = { confirmed: 0, supported: 0, lone: 0, contradicted: 0 };
    for (const { standing } of this.occurrences.values()) {
      if (standing in counts) counts[standing] += 1;
    }
    return counts;
  }
}

/** `seen`, `missing` where it was there and is expected, or `none`. */
export function cell(row, occurrence) {
  const isOfRow = (one) => rowKey(one) === rowKey(row);
  if (occurrence.witnesses.some(isOfRow)) return "seen";
  const { account, stream } = row;
  // Another device of the same account saw it: nobody misses it.
  if (account !== null && occurrence.witnesses.some((one) => one.account === account)) return "none";
  if (occurrence.missing) return occurrence.missing.includes(account) ? "missing" : "none";
  if (!(occurrence.expected > occurrence.seen_by) || !stream || occurrence.at === null) return "none";
  const at = Date.parse(occurrence.at);
  const was = Date.parse(stream.first_at) <= at && at <= Date.parse(stream.last_at);
  return was ? "missing" : "none";
}
