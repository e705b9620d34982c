/** How it went: it is in the clipboard, or selected for the player to copy. */
export type Copied = "copied" | "selected";

/**
 * Copies what stands in a text field. A web view may refuse its clipboard: then
 * the text stays selected, so that the keys of the system copy it.
 */
export async function copied(field: HTMLTextAreaElement): Promise<Copied> {
  try {
    await navigator.clipboard.writeText(field.value);
    return "copied";
  } catch {
    field.focus();
    field.select();
    return "selected";
  }
}
