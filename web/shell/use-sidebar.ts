// The sidebar shows names or only icons. On narrow screens it always shows only icons; on wide screens, the user can choose.
import { computed } from "vue";
import { useMediaQuery, useStorage } from "@vueuse/core";

export function useSidebar() {
  const collapsed = useStorage("skuport-sidebar-collapsed", false);
  const canExpand = useMediaQuery("(min-width: 1024px)");
  return { collapsed, can_expand: canExpand, wide: computed(() => canExpand.value && !collapsed.value) };
}
