import type { Look as LookChosen } from "../generated/bindings";
import type { Ipc } from "./ipc";
import { language } from "./language.svelte";
import type { Look } from "./look";

/** What is worn until the shell says otherwise: the system's. */
export const AS_THE_SYSTEM: LookChosen = {
  language: "system",
  theme: "system",
  palette: "usual",
  size: 100,
};

/** The look that the shell keeps for all windows. */
class Worn {
  chosen = $state.raw<LookChosen>(AS_THE_SYSTEM);

  /** Speaks its language in this page, now and whenever it changes; `wear` does the rest. */
  async follow(ipc: Pick<Ipc, "watchLook">, wear: (chosen: LookChosen) => void): Promise<void> {
    try {
      await ipc.watchLook(language.systems, (chosen) => {
        this.chosen = chosen;
        wear(chosen);
        language.choose(chosen.language === "system" ? null : chosen.language);
      });
    } catch {
      // The page says elsewhere that the shell does not answer.
    }
  }
}

export const worn = new Worn();

/** Wears all of it. */
export function dress(look: Look, { theme, palette, size }: LookChosen): void {
  look.choose(theme === "system" ? null : theme);
  look.choosePalette(palette);
  look.scale(size / 100);
}
