/** Stands in for src/lib/ipc.ts where the pages run without the shell (mode `mock`). */
import type { Ipc } from "../lib/ipc";
import { queueOf } from "./queue";
import { sceneOf } from "./scenes";

const scene = sceneOf(new URLSearchParams(window.location.search).get("scene"));

export const ipc: Ipc = {
  ...queueOf(scene?.lines ?? []),
  watchLive(told) {
    if (scene === null) return Promise.reject(new Error("the scene has no shell"));
    told(scene);
    return Promise.resolve();
  },
  // A browser's page is as high as it is.
  overlayFit: () => Promise.resolve(),
};
