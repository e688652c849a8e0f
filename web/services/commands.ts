// The registry of the command palette: commands, and searches that find more commands.
import { computed, onScopeDispose, shallowReactive } from "vue";

export interface Command {
  id: string;
  label: string;
  /** Text shown beside the label. The palette searches it, too. */
  hint?: string;
  icon?: string;
  /** The shortcut for the same action, in the notation of shortcuts.ts. */
  keys?: string;
  run: () => unknown;
}

/** Finds commands for the typed text, such as a command that opens the product with the typed SKU. */
export interface CommandSearch {
  id: string;
  heading: string;
  /** Returns a few commands, best first. The palette treats an error or abort as no result. */
  search: (term: string, signal: AbortSignal) => Promise<Command[]>;
}

// Sources are functions because labels change with the language.
const commands = shallowReactive(new Set<() => Command[]>());
const searches = shallowReactive(new Set<() => CommandSearch>());

/** Latest registrations first: commands of the open page come before commands that exist on every page. */
export const allCommands = computed(() => [...commands].reverse().flatMap((source) => source()));
export const allSearches = computed(() => [...searches].map((source) => source()));

/** Registers commands for as long as the page is open. `useCommands` registers them only while a component is mounted. */
export const registerCommands = (source: () => Command[]): (() => void) => register(commands, source);

/** Registers a search for the lifetime of the page. */
export const registerSearch = (source: () => CommandSearch): (() => void) => register(searches, source);

/** Registers commands while the component is mounted. */
export function useCommands(source: () => Command[]): void {
  onScopeDispose(registerCommands(source));
}

function register<Source>(into: Set<Source>, source: Source): () => void {
  into.add(source);
  return () => into.delete(source);
}
