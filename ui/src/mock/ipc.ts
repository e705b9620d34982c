/** Stands in for src/lib/ipc.ts where the pages run without the shell (mode `mock`). */
import type { Ipc } from "../lib/ipc";
import { helpOf } from "./help";
import { overlayOf } from "./overlay";
import { joinOf } from "./join";
import { lanOf } from "./lan";
import { privacyOf } from "./privacy";
import { gamesOf } from "./games";
import { MATCHES, matchesOf } from "./matches_ipc";
import { queueOf } from "./queue";
import { recordingsOf, replayOf } from "./recordings";
import { sceneOf } from "./scenes";
import { streamOf } from "./stream";
import { settingsOf } from "./settings";

const asked = new URLSearchParams(window.location.search);
const name = asked.get("scene");
const scene = sceneOf(name);

export const ipc: Ipc = {
  ...gamesOf((scene?.status?.sources.length ?? 0) > 0),
  ...queueOf(scene?.lines ?? [], scene?.status?.upload),
  ...helpOf(scene?.status?.upload.lost === 1),
  ...streamOf(scene?.status?.upload.lost === 1),
  ...lanOf(scene?.status?.upload.lost === 1),
  ...settingsOf(name, asked.get("desk")),
  ...overlayOf(asked.has("edit"), asked.has("opaque") ? "opaque" : "seen_through"),
  ...joinOf(name),
  ...privacyOf(scene?.status?.upload.server ?? null, scene?.status?.upload.pending),
  ...matchesOf(scene?.status?.upload.server ?? null, scene?.lines.length === 0 ? 0 : MATCHES),
  ...recordingsOf((scene?.lines.length ?? 0) > 0),
  ...replayOf(scene),
  watchLive(told) {
    if (scene === null) return Promise.reject(new Error("the scene has no shell"));
    told(scene);
    return Promise.resolve();
  },
  // A browser's page is as high as it is.
  overlayFit: () => Promise.resolve(),
};
