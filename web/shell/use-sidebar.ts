// Whether the sidebar shows names or icons alone: by choice on a wide screen, always icons on a narrow one.
import { computed } from "vue";
import { useMediaQuery, useStorage } from "@vueuse/core";

export function useSidebar() {
  const collapsed = useStorage("skuport-sidebar-collapsed", false);
  const hasRoom = useMediaQuery("(min-width: 1024px)");
  return { collapsed, has_room: hasRoom, wide: computed(() => hasRoom.value && !collapsed.value) };
}
