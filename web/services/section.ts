// What a room of the page tells the shell about itself: where it is, what it is called, how it is reached.
import type { RouteRecordRaw } from "vue-router";
import type { PlainKey } from "../texts/t.ts";
import type { Command, CommandSearch } from "./commands.ts";

export interface Section {
  /** Where its name in the navigation leads. */
  path: string;
  label: PlainKey;
  icon: string;
  /** G and then this key goes there. */
  key: string;
  /** Its pages; each component a function that imports it, so that a room is loaded when it is entered. */
  routes: RouteRecordRaw[];
  /** What the palette can do from any page; a page adds its own while it is open (`useCommands`). */
  commands?: () => Command[];
  /** What the palette finds in it; `go` leads to a path. */
  search?: (go: (path: string) => unknown) => CommandSearch;
}

declare module "vue-router" {
  interface RouteMeta {
    /** The page fills the screen and scrolls inside itself, as the grid does; else it is a column that the window scrolls. */
    full?: boolean;
  }
}
