/** The overlay of the mock: it takes what is chosen, and is moved by keys as the shell's is. */
import type {
  Ground,
  OverlayLook,
  OverlayReport,
  OverlayChosen,
  OverlayTold,
} from "../generated/bindings";
import type { OverlayIpc } from "../lib/overlay.svelte";
import type { OverlayChoiceIpc } from "../lib/overlay_choice.svelte";

const STEP = { scale: 10, opacity: 5 } as const;

export function overlayOf(
  editing: boolean,
  ground: Ground = "seen_through",
): OverlayIpc & OverlayChoiceIpc {
  let settings: OverlayChosen = { show: "over_game", when: "always", rows: 4 };
  let look: OverlayLook = {
    mode: editing ? "edit" : "play",
    rows: settings.rows,
    opacity: 74,
    ground,
    scale: 100,
    across: { start: 1 },
    down: { middle: 0 },
    monitor: "DP-1",
    game: "cs2",
  };
  let tell: (told: OverlayTold) => void = () => undefined;
  const change = (to: Partial<OverlayLook>) => {
    look = { ...look, ...to };
    tell({ look });
  };
  const report = (): OverlayReport => ({ settings, look, seen: "shown" });
  return {
    overlayWatch: (told) => {
      tell = told;
      tell({ look });
      return Promise.resolve();
    },
    overlayAlive: () => Promise.resolve(),
    overlayAct: (act) => {
      if (typeof act !== "string" && "look" in act) {
        const way = (to: "more" | "less") => (to === "more" ? 1 : -1);
        if ("scale" in act.look) change({ scale: look.scale + way(act.look.scale) * STEP.scale });
        if ("scale_to" in act.look) change({ scale: act.look.scale_to });
        if ("opacity" in act.look) {
          change({ opacity: look.opacity + way(act.look.opacity) * STEP.opacity });
        }
        if ("opacity_to" in act.look) change({ opacity: act.look.opacity_to });
      }
      return Promise.resolve();
    },
    overlayEdit: (edit, game) => {
      change({ mode: edit === "start" ? "edit" : edit === "reset" ? look.mode : "play" });
      if (game !== null) change({ game });
      return Promise.resolve(report());
    },
    overlaySettings: () => Promise.resolve(report()),
    overlayConfigure: (chosen) => {
      settings = chosen;
      change({ rows: chosen.rows });
      return Promise.resolve({ status: "ok", data: report() });
    },
  };
}
