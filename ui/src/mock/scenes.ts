/** What a page can be shown, chosen by `?scene=` in its address. */
import type {
  FeedLine,
  Glance,
  LiveUpdate,
  Running,
  SourceStatus,
  Status,
  UploadStatus,
} from "../generated/bindings";
import { counterStrike, league } from "./matches";

const ROUNDS = 7;

const UPLOAD: UploadStatus = {
  pending: 0,
  in_flight: 0,
  settled: 1284,
  quarantined: 0,
  pruned: 0,
  lost: 0,
  not_saved: 0,
  kept: 0,
  oldest_pending_age_s: null,
  next_attempt_in_s: null,
  aside_in_s: null,
  asked_again_in_s: null,
  paused: null,
  paused_reason: null,
  held: false,
  server: "https://ringside.example",
};

const COUNTER_STRIKE: SourceStatus = {
  source: "cs2",
  state: { is: "receiving" },
  frames: 4127,
  unreadable: 0,
  last_unreadable: null,
  refused_posts: 0,
  frames_dropped: 0,
  events: 28,
  last_frame_at: "2026-11-22T19:13:41Z",
  drift: {},
};

const LEAGUE: SourceStatus = {
  ...COUNTER_STRIKE,
  source: "league",
  state: { is: "not_running" },
  frames: 3518,
  events: 19,
  last_frame_at: "2026-11-22T18:50:25Z",
};

const GLANCE: Glance = {
  match_key: "cs2:mirage-1902",
  map: "de_mirage",
  match_clock_ms: null,
  round: ROUNDS,
  score: { own: 4, other: 2 },
  you: { kills: 9, deaths: 3, assists: 5 },
  phase: "playing",
};

const RUNNING: Running = { glance: GLANCE, source: "cs2", chapters: 1 };
const NO_MATCH: Running = { glance: null, source: null, chapters: 0 };

const SCENES: ReadonlyMap<string, () => LiveUpdate> = new Map(
  Object.entries({
    match: () => scene({}),
    waiting: () =>
      scene({
        pending: 3,
        oldest_pending_age_s: 42,
        next_attempt_in_s: 8,
        paused: "server_not_reached",
        paused_reason: "the server cannot be reached",
      }),
    paused: () =>
      scene({
        pending: 31,
        oldest_pending_age_s: 2712,
        paused: "token_refused",
        paused_reason: "the server does not know this device's token",
      }),
    local: () => scene({ server: null, settled: 0, pending: 28 }),
    troubled: () => troubled(),
    quiet: () => ({ ...scene({}, [LEAGUE]), lines: league(), running: NO_MATCH }),
    empty: () => ({ ...scene({ settled: 0 }, []), lines: [], running: NO_MATCH }),
    unreadable: () => ({ ...scene({ server: null }), status: unreadable() }),
    "first-run": () => nobodyYet(),
    clicked: () => nobodyYet(),
    "key-refused": () => nobodyYet(),
    "not-there": () => nobodyYet(),
    "not-trusted": () => nobodyYet(),
    failed: () => ({ ...scene({}), lines: [], running: NO_MATCH, status: failed() }),
  }),
);

/** Every scene's name; `unreachable` is a page without a shell. */
export const SCENE_NAMES: readonly string[] = [...SCENES.keys(), "unreachable"];

/** What the shell tells in this scene; `null` where it does not answer. */
export function sceneOf(name: string | null): LiveUpdate | null {
  if (name === "unreachable") return null;
  return (SCENES.get(name ?? "match") ?? (() => scene({})))();
}

function scene(upload: Partial<UploadStatus>, sources = [COUNTER_STRIKE, LEAGUE]): LiveUpdate {
  return {
    forget: false,
    lines: [...league(), ...counterStrike(ROUNDS)],
    running: RUNNING,
    status: status({ upload: { ...UPLOAD, ...upload }, sources }),
  };
}

/** A new installation: nothing was captured yet, and there is no server. */
function nobodyYet(): LiveUpdate {
  const sources = [COUNTER_STRIKE, LEAGUE].map((source): SourceStatus => ({
    ...source,
    state: LEAGUE.state,
    frames: 0,
    events: 0,
    last_frame_at: null,
  }));
  return { ...scene({ settled: 0, server: null }, sources), lines: [], running: NO_MATCH };
}

function troubled(): LiveUpdate {
  const upload = { quarantined: 2, not_saved: 4, pruned: 12, lost: 1, settled: 9120 };
  const odd: SourceStatus = {
    ...COUNTER_STRIKE,
    state: { is: "port_taken", port: 28_730, detail: "Address already in use" },
    unreadable: 2,
    last_unreadable: "no provider block",
    refused_posts: 1,
    drift: { "map.new_word": 3, "player.state.equip_value_of_a_long_name": 118 },
  };
  const taken: SourceStatus = { ...LEAGUE, state: { is: "tls_refused", detail: "unknown issuer" } };
  const told = scene(upload, [odd, taken]);
  const lines = told.lines.map((line, at): FeedLine => {
    return at < told.lines.length - 4 ? line : { ...line, saved: "not_saved" };
  });
  return { ...told, lines };
}

function failed(): Status {
  return status({
    capture: { state: "failed", problem: "another Ringside is already running" },
    sources: [],
  });
}

function unreadable(): Status {
  const problem =
    "settings.toml cannot be read as settings: line 2, column 35: invalid basic string";
  return status({
    capture: { state: "without_settings", problem },
    upload: { ...UPLOAD, server: null },
    sources: [COUNTER_STRIKE],
  });
}

function status(changes: Partial<Status>): Status {
  const fine = { recording_problem: null, history_problem: null, programs_problem: null } as const;
  const running = { capture: { state: "running" }, ...fine } as const;
  return { ...running, sources: [], upload: UPLOAD, ...changes };
}
