// Asking the server: reads with the token, pages, and the feed.

const TOKEN = "ringside.token";
/** Feeds send a sign of life every 15 s; after three missed ones the line is dead. */
const SILENCE_MS = 45_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** No line of a feed is as long as this: an occurrence has a bounded number of witnesses. */
const LINE_MAX = 4_000_000;

/** Kept in this tab and nowhere else. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
  forget: () => sessionStorage.removeItem(TOKEN),
};

/**
 * Why there is no answer: `token`, `forbidden`, `absent`, `busy`, `anew` (matches are made
 * anew from the log), `unreachable` or `broken`.
 */
export class Refused extends Error {
  constructor(why, { detail = "", status = 0, retryMs = null } = {}) {
    super(detail || why);
    Object.assign(this, { why, detail, status, retryMs });
  }

  /** Whether asking again may help. */
  get passes() {
    return ["busy", "anew", "unreachable", "broken"].includes(this.why);
  }
}

const WHY = { 401: "token", 403: "forbidden", 404: "absent", 410: "absent", 429: "busy", 503: "busy" };

/** How a busy server says that it is that. */
const ANEW = "matches are made anew from the log";

function why(status, detail) {
  const found = WHY[status] ?? "broken";
  return found === "busy" && detail.startsWith(ANEW) ? "anew" : found;
}

async function ask(path, headers, signal) {
  let response;
  try {
    const authorization = { Authorization: `Bearer ${token.get() ?? ""}` };
    response = await fetch(path, { headers: { ...authorization, ...headers }, signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused("unreachable");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const detail = typeof problem.detail === "string" ? problem.detail : "";
  throw new Refused(why(response.status, detail), {
    detail,
    status: response.status,
    retryMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
  });
}

/** What a path answers. */
export async function read(path, signal) {
  const response = await ask(path, { Accept: "application/json" }, signal);
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused("broken");
  }
}

/** How long to wait before the `count`th try after one that failed. */
export function pause(count, refused) {
  const doubled = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(count, 10));
  const own = doubled / 2 + (Math.random() * doubled) / 2;
  return Math.max(own, refused?.retryMs ?? 0);
}

/** What ends a wait before its time: the network is back, or somebody cannot wait. */
const SIGNS = ["online", "ringside-now"];

/** Waits; the signal ends it too, and throws. */
export function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const done = (end) => () => {
      clearTimeout(timer);
      for (const sign of SIGNS) removeEventListener(sign, come);
      signal?.removeEventListener("abort", gone);
      end(signal?.reason);
    };
    const [come, gone] = [done(() => resolve()), done(reject)];
    const timer = setTimeout(come, ms);
    for (const sign of SIGNS) addEventListener(sign, come);
    signal?.addEventListener("abort", gone);
  });
}

/**
 * Follows a feed until the signal says stop or it is refused for good, which throws.
 * `on.state` hears `connecting`, `live` and `waiting` (with the reason and how long),
 * `on.event` each event with its name and data, and `on.moved`, which ends it, at what
 * address its match is now. Where it is cut, it goes on behind the last that came.
 */
export async function follow(path, since, signal, on) {
  let last = null;
  for (let failures = 0; ; failures += 1) {
    on.state("connecting");
    let refused = new Refused("unreachable");
    try {
      const headers = { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) };
      const response = await ask(last === null ? `${path}?since=${since}` : path, headers, signal);
      if (response.redirected) return on.moved(response.url);
      on.state("live");
      for await (const event of events(response.body, signal)) {
        failures = 0;
        last = event.id ?? last;
        if (event.data !== "" && on.event(event.name, JSON.parse(event.data)) === "end") return;
      }
      // Ended as it should, at a stop of the server, or cut.
    } catch (error) {
      if (signal.aborted) throw error;
      refused = error instanceof Refused ? error : new Refused("broken", { detail: String(error) });
      if (!refused.passes) throw refused;
    }
    signal.throwIfAborted();
    const ms = pause(failures, refused);
    on.state("waiting", { refused, ms });
    await wait(ms, signal);
  }
}

/** The events of a stream, as the standard of server-sent events reads them. */
async function* events(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const stop = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  let [rest, event] = ["", { data: "" }];
  try {
    for (;;) {
      const timer = setTimeout(stop, SILENCE_MS);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      rest += value;
      if (rest.length > LINE_MAX) throw new Refused("broken");
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (event.data !== "") yield event;
          event = { data: "" };
        } else take(event, line);
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function take(event, line) {
  const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
  if (field === "data") event.data += (event.data === "" ? "" : "\n") + value;
  if (field === "event") event.name = value;
  if (field === "id") event.id = value;
}
