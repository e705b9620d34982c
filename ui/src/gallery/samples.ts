/** Invented words for the gallery. */
import { m } from "../generated/paraglide/messages";
import type { UploadMark } from "../lib/upload_state";
import type { DiffLine } from "../shared/Diff.svelte";

export const BADGES: Readonly<Record<UploadMark, string>> = {
  fine: "sent · nothing waiting",
  moving: "3 waiting",
  paused: "paused: sign in again",
  incomplete: "sent, but 3 never were",
  trouble: "not saved: disk is full",
  idle: "kept on this PC",
};

export const ROWS = [
  { round: 7, what: "You killed Bo · Vandal, head", seen: 8, sure: m.shared_certain },
  { round: 7, what: "Eve revived Dee", seen: 7, sure: m.shared_certain },
  { round: 6, what: "Bomb defused by Flo", seen: 2, sure: m.shared_likely },
  { round: 6, what: "Gil killed you · Operator", seen: 1, sure: m.shared_only_you },
  { round: 5, what: "Cy killed Dee · again, after the revive", seen: 0, sure: m.shared_not_asked },
];

export const DIFF: readonly DiffLine[] = [
  { is: "same", text: '"Ringside"' },
  { is: "same", text: "{" },
  { is: "removed", text: '  "uri" "http://127.0.0.1:3000/"' },
  { is: "added", text: '  "uri" "http://127.0.0.1:31982/"' },
  { is: "added", text: '  "timeout" "5.0"' },
  { is: "same", text: "}" },
];
