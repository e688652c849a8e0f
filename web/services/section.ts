// The description of a section, which `web/shell` reads: path, name, icon, shortcut, routes and commands.
import type { RouteRecordRaw } from "vue-router";
import type { Role } from "../../contract/identity/identity-rules.ts";
import type { PlainKey } from "../texts/t.ts";
import type { Command, CommandSearch } from "./commands.ts";

export interface Section {
  /** Target of the navigation link. */
  path: string;
  label: PlainKey;
  icon: string;
  /** Pressing G and then this key opens the section. */
  key: string;
  /** The role that the section requires; omitted if everyone who is signed in may see it. */
  role?: Role;
  /** Where the link to the section is. `menu`: in the menu of the user. `wide`: in the navigation of wide screens, and on phones in the
   * menu of the user. Omitted: in the navigation of all screens. */
  place?: "menu" | "wide";
  /** Each component is an import function, so that a section is loaded only when it is opened. */
  routes: RouteRecordRaw[];
  /** Commands available on every page; a page adds its own with `useCommands`. */
  commands?: () => Command[];
  /** Searches the section for the palette; `go` navigates to a path. */
  search?: (go: (path: string) => unknown) => CommandSearch;
}

declare module "vue-router" {
  interface RouteMeta {
    /** Whether the page fills the screen and its content scrolls inside it, as in the grid. By default the window scrolls. */
    full?: boolean;
    /** The role that the page requires. */
    role?: Role;
  }
}
