import type { Direction, OverlayAct, OverlayEditing } from "../generated/bindings";

/** What a key does while the overlay is moved. */
export type Pressed = { does: "edit"; editing: OverlayEditing } | { does: "act"; act: OverlayAct };

const ARROWS: ReadonlyMap<string, Direction> = new Map([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
]);

const REST: ReadonlyMap<string, Pressed> = new Map<string, Pressed>([
  ["Escape", { does: "edit", editing: "cancel" }],
  ["Enter", { does: "edit", editing: "lock" }],
  ["+", { does: "act", act: { look: { scale: "more" } } }],
  // The same key without Shift on an English keyboard.
  ["=", { does: "act", act: { look: { scale: "more" } } }],
  ["-", { does: "act", act: { look: { scale: "less" } } }],
  ["PageUp", { does: "act", act: { look: { opacity: "more" } } }],
  ["PageDown", { does: "act", act: { look: { opacity: "less" } } }],
]);

/** What the key does; `null` where it does nothing here. A button has its own Enter. */
export function pressed(
  { key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">,
  onButton: boolean,
): Pressed | null {
  const direction = ARROWS.get(key);
  if (direction) {
    return { does: "act", act: { nudge: { direction, step: shiftKey ? "far" : "near" } } };
  }
  if (key === "Enter" && onButton) return null;
  return REST.get(key) ?? null;
}
