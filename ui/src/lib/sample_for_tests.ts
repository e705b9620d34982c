/** Invented lines and counts for tests. */
import type {
  FeedLine,
  Glance,
  LiveUpdate,
  Running,
  Status,
  UploadStatus,
} from "../generated/bindings";

export function line(event_id: string, changes: Partial<FeedLine> = {}): FeedLine {
  return {
    event_id,
    source: "league",
    match_key: "league:session-1",
    kind: "kill",
    attacker: null,
    victim: null,
    observer: "Ana",
    you: null,
    round: null,
    match_clock_ms: null,
    named: null,
    streak: null,
    weapon: null,
    headshot: null,
    time: "2026-11-20T19:00:00Z",
    saved: "saved",
    ...changes,
  };
}

export function status(upload: Partial<UploadStatus> = {}, changes: Partial<Status> = {}): Status {
  const counts = { pending: 0, in_flight: 0, settled: 0, quarantined: 0 };
  const troubles = { pruned: 0, lost: 0, not_saved: 0, kept: 0 };
  const rest = {
    oldest_pending_age_s: null,
    next_attempt_in_s: null,
    aside_in_s: null,
    asked_again_in_s: null,
    paused: null,
    paused_reason: null,
    held: false,
  };
  return {
    capture: { state: "running" },
    sources: [],
    recording_problem: null,
    history_problem: null,
    programs_problem: null,
    upload: { ...counts, ...troubles, ...rest, server: "https://ringside.example", ...upload },
    ...changes,
  };
}

function glance(changes: Partial<Glance> = {}): Glance {
  return {
    match_key: "cs2:session-1",
    map: "de_mirage",
    match_clock_ms: null,
    round: 7,
    score: { own: 4, other: 2 },
    you: { kills: 9, deaths: 5, assists: 2 },
    phase: "playing",
    ...changes,
  };
}

export function running(changes: Partial<Glance> = {}): Running {
  return { glance: glance(changes), source: "cs2", chapters: 0 };
}

/** An update with these lines, and nothing else where nothing is named. */
export function update(lines: FeedLine[], changes: Partial<LiveUpdate> = {}): LiveUpdate {
  return { forget: false, lines, running: null, status: null, ...changes };
}
