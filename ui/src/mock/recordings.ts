/** The recordings of the mock: two matches, one that broke off, and a file that is none. */
import type { LiveUpdate, RecordingRow } from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { RecordingsIpc } from "../lib/recordings.svelte";
import type { ReplayIpc } from "../lib/replay.svelte";

const ROWS: readonly RecordingRow[] = [
  row("cs2-20261122T183011Z.rsrec", "cs2", "2026-11-22T18:30:11Z", 2_714_000, 27_140, 4_812_113),
  row("league-20261121T200412Z.rsrec", "league", "2026-11-21T20:04:12Z", 1_931_000, 1_931, 961_223),
  {
    ...row("cs2-20261120T211500Z.rsrec.part", "cs2", "2026-11-20T21:15:00Z", 91_000, 910, 150_400),
    state: { is: "cut_off" },
  },
  {
    name: "holiday.jpg",
    bytes: 2_400_512,
    state: { is: "unreadable", detail: "holiday.jpg: binary data, not text" },
    content: null,
  },
];

export function recordingsOf(some: boolean): RecordingsIpc {
  let rows = some ? ROWS : [];
  let records = false;
  return {
    recordingsList: () =>
      ok({ records, folder: "C:/Users/Ana/AppData/Local/ringside/recordings", rows: [...rows] }),
    recordingSwitch: (on) => {
      records = on;
      return ok(null);
    },
    recordingDelete: (name) => {
      rows = rows.filter((known) => known.name !== name);
      return ok(null);
    },
    recordingExport: (name) => ok(`C:/Users/Ana/Downloads/Ringside/${name}`),
    recordingRedact: (name) => {
      const original = rows.find((known) => known.name === name);
      const copy = name.replace(".rsrec", "-no-names.rsrec");
      if (original?.content) {
        const content = { ...original.content, without_names: true };
        rows = [{ ...original, name: copy, content }, ...rows];
      }
      return ok({ name: copy, names: 20 });
    },
  };
}

/** Plays the scene's own lines, at once. */
export function replayOf(update: LiveUpdate | null): ReplayIpc {
  return {
    replayStart: (name, _speed, live, told) => {
      if (name === "holiday.jpg") {
        const error = { code: "recording", detail: "binary data, not text" } as const;
        return Promise.resolve({ status: "error", error });
      }
      if (update) live(update);
      told({ is: "played", entries: 27_140, of: 27_140 });
      told({ is: "over" });
      return ok(null);
    },
    replayStop: () => Promise.resolve(),
  };
}

function row(
  name: string,
  source: string,
  recorded_at: string,
  duration_ms: number,
  frames: number,
  bytes: number,
): RecordingRow {
  const content = { source, recorded_at, duration_ms, frames, without_names: false };
  return { name, bytes, state: { is: "whole" }, content };
}

function ok<T>(data: T): Promise<Answer<T>> {
  return Promise.resolve({ status: "ok", data });
}
