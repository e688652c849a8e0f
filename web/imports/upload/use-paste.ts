// Receives tables and files from the clipboard, pasted anywhere on the page or into the dialog.
import { readonly, ref } from "vue";
import { useEventListener } from "@vueuse/core";

const open = ref(false);
const text = ref("");

export const usePasteDialog = () => ({ open, text });

export function openPasteDialog(withText = ""): void {
  text.value = withText;
  open.value = true;
}

/** Listens for pasted tables and files; call it once. Pasted files are passed to `onFiles`. */
export function usePaste(onFiles: (files: File[]) => void) {
  useEventListener(window, "paste", (event) => {
    if (event.defaultPrevented || isField(event.target) || document.querySelector("[role=dialog]") !== null) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length > 0 && pasted === "") onFiles(files);
    else if (isTable(pasted)) openPasteDialog(pasted);
    else return;
    event.preventDefault();
  });
  return { open: readonly(open) };
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement);

/** Whether the pasted text is a table, that is, has several lines and several cells. */
const isTable = (pasted: string): boolean => /[\t,;|]/.test(pasted) && /\S[\s\S]*\n[\s\S]*\S/.test(pasted);
