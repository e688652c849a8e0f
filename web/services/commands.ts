// The registry of the command palette: what can be done, and where more can be searched.
import { computed, onScopeDispose, shallowReactive } from "vue";

export interface Command {
  id: string;
  label: string;
  /** Shown beside the label, and searched as well. */
  hint?: string;
  icon?: string;
  /** The keys that do the same, as in shortcuts.ts. */
  keys?: string;
  run: () => unknown;
}

/** Finds commands for what has been typed, such as products by their SKU. */
export interface CommandSearch {
  id: string;
  heading: string;
  /** At most a handful, best first; an error or an abort means none. */
  search: (term: string, signal: AbortSignal) => Promise<Command[]>;
}

// Functions, not values: labels follow the language.
const commands = shallowReactive(new Set<() => Command[]>());
const searches = shallowReactive(new Set<() => CommandSearch>());

/** Those of the page that is open come first: they were registered last. */
export const allCommands = computed(() => [...commands].reverse().flatMap((source) => source()));
export const allSearches = computed(() => [...searches].map((source) => source()));

/** For the life of the page. A command that comes and goes with a component is `useCommands`. */
export const registerCommands = (source: () => Command[]): (() => void) => register(commands, source);

/** For the life of the page, as a rule called in the room's room.ts. */
export const registerSearch = (source: () => CommandSearch): (() => void) => register(searches, source);

/** While the component is there. */
export function useCommands(source: () => Command[]): void {
  onScopeDispose(registerCommands(source));
}

function register<Source>(into: Set<Source>, source: Source): () => void {
  into.add(source);
  return () => into.delete(source);
}
