// A section's description for the shell: path, name, icon, shortcut, routes and commands.
import type { RouteRecordRaw } from "vue-router";
import type { PlainKey } from "../texts/t.ts";
import type { Command, CommandSearch } from "./commands.ts";

export interface Section {
  /** Target of the navigation link. */
  path: string;
  label: PlainKey;
  icon: string;
  /** Pressing G, then this key opens the section. */
  key: string;
  /** Components are import functions, so that a section is loaded when it is opened. */
  routes: RouteRecordRaw[];
  /** Commands available on every page; a page adds its own with `useCommands`. */
  commands?: () => Command[];
  /** Searches the section for the palette; `go` navigates to a path. */
  search?: (go: (path: string) => unknown) => CommandSearch;
}

declare module "vue-router" {
  interface RouteMeta {
    /** The page fills the screen and scrolls inside, as the grid does. By default the window scrolls. */
    full?: boolean;
  }
}
