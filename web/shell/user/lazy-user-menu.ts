// The menu of the user, loaded after the first view: the code of menus is a tenth of all scripts that the first view would load.
import { defineAsyncComponent, type Component } from "vue";

export const UserMenu = defineAsyncComponent((): Promise<Component> => import("./UserMenu.vue"));
