import { m } from "../../generated/paraglide/messages";

const HELD = ["Control", "Alt", "AltGraph", "Shift", "Meta", "CapsLock", "NumLock"];

/**
 * The keys of a press as the shell reads them, such as `Ctrl+Shift+F9`; `null`
 * while none but modifiers are held.
 */
export function keysOf(event: KeyboardEvent): string | null {
  if (HELD.includes(event.key) || event.code === "") return null;
  const held = [
    event.ctrlKey && "Ctrl",
    event.altKey && "Alt",
    event.shiftKey && "Shift",
    event.metaKey && "Super",
  ];
  return [...held.filter((name) => name !== false), event.code].join("+");
}

const NAMES: ReadonlyMap<string, () => string> = new Map([
  ["Ctrl", m.settings_key_ctrl],
  ["Alt", m.settings_key_alt],
  ["Shift", m.settings_key_shift],
  ["Super", m.settings_key_super],
]);

/** The keys as they stand on the player's keyboard. */
export function keysInWords(keys: string): string {
  return keys
    .split("+")
    .map((key) => NAMES.get(key)?.() ?? key)
    .join(" + ");
}
