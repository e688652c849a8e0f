// Keeps the keyboard focus near a control that has removed itself, such as the button of a suggestion.
import { nextTick } from "vue";

/** Moves the focus to `target` if the focused control has been removed. */
export async function keepFocus(target: HTMLElement | null | undefined): Promise<void> {
  await nextTick();
  if (document.activeElement === document.body) target?.focus();
}
