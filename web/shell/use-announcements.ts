// Announces running tasks to screen readers: each phase, every tenth of the progress, and the end.
import { ref, watch } from "vue";
import { keyOf, running } from "../server/running.ts";
import { announcementOf } from "./dock/running-items.ts";

export function useAnnouncements() {
  const announcement = ref("");
  let announced = new Map<string, string>();
  watch(running, (items) => {
    const now = new Map(items.map((item) => [keyOf(item), announcementOf(item)]));
    const changed = [...now].filter(([key, text]) => announced.get(key) !== text).map(([, text]) => text);
    announced = now;
    if (changed.length > 0) announcement.value = changed.join(" ");
  });
  return announcement;
}
