// Receives files dropped anywhere on the page.
import { readonly, ref } from "vue";
import { useEventListener } from "@vueuse/core";

/** `dragging` is true while the user drags files over the page. Folders are ignored, so `onFiles` may get an empty list. */
export function useFileDrop(onFiles: (files: File[]) => void) {
  const dragging = ref(false);
  // The browser sends dragenter and dragleave for every element. Once it has sent as many dragleave as dragenter events, the pointer
  // has left the page.
  let depth = 0;

  useEventListener(window, "dragenter", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    depth += 1;
    dragging.value = true;
  });
  useEventListener(window, "dragover", (event) => {
    if (bringsFiles(event)) event.preventDefault(); // otherwise the browser would open the dropped file
  });
  useEventListener(window, "dragleave", (event) => {
    if (!bringsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    dragging.value = depth > 0;
  });
  useEventListener(window, "drop", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    dragging.value = false;
    onFiles(filesOf(event.dataTransfer));
  });
  return { dragging: readonly(dragging) };
}

const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

function filesOf(transfer: DataTransfer | null): File[] {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === "file");
  return items
    .filter((item) => item.webkitGetAsEntry()?.isDirectory !== true)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null);
}
