// Whether the sidebar shows names or icons alone: by choice on a wide screen, always icons on a narrow one.
import { computed } from "vue";
import { useMediaQuery, useStorage } from "@vueuse/core";

export function useSidebar() {
  const collapsed = useStorage("skuport-sidebar-collapsed", false);
  const has_room = useMediaQuery("(min-width: 1024px)");
  return { collapsed, has_room, wide: computed(() => has_room.value && !collapsed.value) };
}
