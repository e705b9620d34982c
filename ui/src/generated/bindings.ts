// Written by `UPDATE_EXPECT=1 cargo test -p ringside-desktop` from src-tauri/view.rs; do not edit.

/**
 * One line of the live feed.
 */
export type FeedLine = {
/**
 * Tells lines apart: a line that comes again replaces the first.
 */
event_id: string,
/**
 * The source's name, such as `cs2`.
 */
source: string,
/**
 * The match.
 */
match_key: string,
/**
 * The kind's word, such as `kill`.
 */
kind: string,
/**
 * Who did it.
 */
attacker: string | null,
/**
 * To whom.
 */
victim: string | null,
/**
 * The player at this PC.
 */
observer: string | null,
/**
 * Counted from 1.
 */
round: number | null,
/**
 * The game's own clock.
 */
match_clock_ms: number | null,
/**
 * When it was seen, RFC 3339.
 */
time: string,
/**
 * Whether it is on disk.
 */
saved: Saved, };

/**
 * Whether a captured event is on disk.
 */
export type Saved = "saved" | "not_saved";

/**
 * Everything in the window that is not the feed.
 */
export type Status = {
/**
 * Whether the companion runs.
 */
capture: Capture,
/**
 * One per game that is read.
 */
sources: Array<Source>,
/**
 * The upload queue.
 */
upload: Upload, };

/**
 * Whether the companion behind the window runs.
 */
export type Capture = { "state": "starting" } | { "state": "running" } | { "state": "failed",
/**
 * Why, for a person.
 */
problem: string, };

/**
 * How reading one game goes.
 */
export type Source = {
/**
 * The source's name, such as `cs2`.
 */
source: string,
/**
 * One sentence: what is going on.
 */
state: string,
/**
 * Frames read since the start.
 */
frames: number,
/**
 * Frames that could not be read.
 */
unreadable: number,
/**
 * Why the last of them could not.
 */
last_unreadable: string | null,
/**
 * Posts to the local listener that no game of this PC made.
 */
refused_posts: number,
/**
 * Events made.
 */
events: number,
/**
 * When the last frame came, RFC 3339.
 */
last_frame_at: string | null,
/**
 * Unknown names and how often each was seen.
 */
drift: { [key in string]: number }, };

/**
 * The upload queue in counts, and what the upload is doing.
 */
export type Upload = {
/**
 * Waiting to be sent.
 */
pending: number,
/**
 * In a request at the moment.
 */
in_flight: number,
/**
 * On the server's disk.
 */
settled: number,
/**
 * Refused by the server.
 */
quarantined: number,
/**
 * Given up because the queue was full.
 */
pruned: number,
/**
 * Captured but never saved.
 */
lost: number,
/**
 * Captured and kept in memory, since the disk does not take them.
 */
not_saved: number,
/**
 * Age of the oldest waiting event.
 */
oldest_pending_age_s: number | null,
/**
 * When the next request may go out.
 */
next_attempt_in_s: number | null,
/**
 * Why nothing is sent, where nothing is.
 */
paused_reason: string | null,
/**
 * The server's address; absent where nothing leaves this machine.
 */
server: string | null, };
