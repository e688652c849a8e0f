// The registry of keyboard shortcuts, with one listener for all of them. If a key is registered twice, the latest registration
// wins. The key `?` lists all shortcuts.
import { computed, onScopeDispose, shallowReactive } from "vue";
import { t } from "../texts/t.ts";

export interface Shortcut {
  /** The keys, such as `/`, `?`, `j`, `shift+x`, `mod+k` (Ctrl, or ⌘ on a Mac), or `g p` (one after the other). */
  keys: string;
  label: string;
  /** If absent, the shortcut is only listed: the focused element handles the key itself. */
  run?: (event: KeyboardEvent) => unknown;
  /** Runs the shortcut even while the user types or a dialog is open. Meant only for shortcuts with `mod`. */
  always?: boolean;
}

export interface ShortcutGroup {
  heading: string;
  shortcuts: Shortcut[];
}

/** Longest pause between the two keys of a sequence. */
const SEQUENCE_MS = 1_200;

const groups = shallowReactive(new Set<() => ShortcutGroup>());

export const allShortcuts = computed(() => [...groups].map((group) => group()));

/** Registers shortcuts for the lifetime of the page. */
export function registerShortcuts(group: () => ShortcutGroup): () => void {
  groups.add(group);
  return () => groups.delete(group);
}

/** Registers shortcuts while the component is mounted. */
export function useShortcuts(group: () => ShortcutGroup): void {
  onScopeDispose(registerShortcuts(group));
}

/** Starts the listener; `web/shell` calls it once. */
export function listenToKeys(target: Window): () => void {
  let first = "";
  let pressedMs = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat || isModifier(event.key)) return;
    const key = nameOf(event);
    const sequence = event.timeStamp - pressedMs < SEQUENCE_MS && first !== "" ? `${first} ${key}` : key;
    const busy = isTyping(event.target) || hasOpenDialog();
    const active = allShortcuts.value
      .flatMap(({ shortcuts }) => shortcuts)
      .filter(({ run, always }) => run !== undefined && (always ?? !busy));
    const found =
      active.findLast(({ keys }) => keys === sequence) ??
      (sequence === key ? undefined : active.findLast(({ keys }) => keys === key));
    first = busy || found ? "" : key;
    pressedMs = event.timeStamp;
    if (!found) return;
    event.preventDefault();
    found.run?.(event);
  };
  target.addEventListener("keydown", onKey);
  return () => {
    target.removeEventListener("keydown", onKey);
  };
}

const isModifier = (key: string): boolean => ["Shift", "Control", "Alt", "Meta"].includes(key);

/** Names a key press. The name of a symbol does not include Shift, because keyboards differ in whether `?` needs Shift. */
export function nameOf({
  key,
  shiftKey,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">): string {
  const name = key === " " ? "space" : key.toLowerCase();
  const isSymbol = key.length === 1 && key !== " " && key.toLowerCase() === key.toUpperCase();
  return [
    ...(ctrlKey || metaKey ? ["mod"] : []),
    ...(altKey ? ["alt"] : []),
    ...(shiftKey && !isSymbol ? ["shift"] : []),
    name,
  ].join("+");
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "file", "range"].includes(target.type)));

/** Shortcuts of the page must not run while a dialog or menu is open. */
const hasOpenDialog = (): boolean =>
  document.querySelector(
    "[role=dialog][data-state=open], [role=alertdialog][data-state=open], [role=menu][data-state=open], [role=listbox][data-state=open]",
  ) !== null;

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SYMBOLS: Record<string, string> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  ...(IS_MAC ? { mod: "⌘", shift: "⇧", alt: "⌥" } : {}),
};
const NAMED_KEYS = ["mod", "shift", "alt", "enter", "escape", "space", "tab", "home", "end", "delete"] as const;

/** The labels of the keys to press: one list for each step of a sequence. */
export const keyCaps = (keys: string): string[][] => keys.split(" ").map((chord) => chord.split("+").map(capOf));

function capOf(key: string): string {
  const named = NAMED_KEYS.find((name) => name === key);
  return SYMBOLS[key] ?? (named ? t(`ui.keys.${named}`) : key.toUpperCase());
}
