/** Pictures of single parts of a page for the guide: each is found by the title that it has. */
import { addressOf } from "../src/lib/route.svelte";

const SETTINGS = `/main.html${addressOf("settings")}`;

export const PARTS: readonly [name: string, address: string, title: string][] = [
  ["settings-overlay.en", SETTINGS, "Overlay"],
  ["settings-hotkeys.en", SETTINGS, "Hotkeys"],
  ["settings-stream.en", SETTINGS, "Stream page"],
];
