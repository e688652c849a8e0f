// What screen readers are told of all that runs: phases, every tenth of the way, and ends.
import { ref, watch } from "vue";
import { keyOf, running } from "../server/running.ts";
import { announcementOf } from "./dock/running-items.ts";

export function useAnnouncements() {
  const announcement = ref("");
  let said = new Map<string, string>();
  watch(running, (items) => {
    const now = new Map(items.map((item) => [keyOf(item), announcementOf(item)]));
    const news = [...now].filter(([key, text]) => said.get(key) !== text).map(([, text]) => text);
    said = now;
    if (news.length > 0) announcement.value = news.join(" ");
  });
  return announcement;
}
