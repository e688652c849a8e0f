// The registry of the keyboard: what keys do, and the list that `?` shows. One listener; what was registered last wins.
import { computed, onScopeDispose, shallowReactive } from "vue";
import { t } from "../texts/t.ts";

export interface Shortcut {
  /** As they are pressed: `/`, `?`, `j`, `shift+x`, `mod+k` (Ctrl, or ⌘ on a Mac), `g p` (one after the other). */
  keys: string;
  label: string;
  /** Without it the key is only listed: what has the focus hears it by itself. */
  run?: (event: KeyboardEvent) => unknown;
  /** Also while a field is being typed into or a dialog is open; for keys with `mod`. */
  always?: boolean;
}

export interface ShortcutGroup {
  heading: string;
  shortcuts: Shortcut[];
}

/** Time between the two keys of a sequence. */
const SEQUENCE_MS = 1_200;

const groups = shallowReactive(new Set<() => ShortcutGroup>());

export const allShortcuts = computed(() => [...groups].map((group) => group()));

/** For the life of the page. */
export function registerShortcuts(group: () => ShortcutGroup): () => void {
  groups.add(group);
  return () => groups.delete(group);
}

/** While the component is there. */
export function useShortcuts(group: () => ShortcutGroup): void {
  onScopeDispose(registerShortcuts(group));
}

/** Listens to the whole page; called once, by the shell. */
export function listenToKeys(target: Window): () => void {
  let first = "";
  let pressedMs = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat || isModifier(event.key)) return;
    const key = nameOf(event);
    const sequence = event.timeStamp - pressedMs < SEQUENCE_MS && first !== "" ? `${first} ${key}` : key;
    const busy = isTyping(event.target) || hasOpenDialog();
    const known = allShortcuts.value
      .flatMap(({ shortcuts }) => shortcuts)
      .filter(({ run, always }) => run !== undefined && (always ?? !busy));
    const found =
      known.findLast(({ keys }) => keys === sequence) ??
      (sequence === key ? undefined : known.findLast(({ keys }) => keys === key));
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

/** A letter says Shift by `shift+`; a sign such as `?` is what it is, on whichever key it lies. */
export function nameOf({
  key,
  shiftKey,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">): string {
  const name = key === " " ? "space" : key.toLowerCase();
  const isSign = key.length === 1 && key !== " " && key.toLowerCase() === key.toUpperCase();
  return [
    ...(ctrlKey || metaKey ? ["mod"] : []),
    ...(altKey ? ["alt"] : []),
    ...(shiftKey && !isSign ? ["shift"] : []),
    name,
  ].join("+");
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "file", "range"].includes(target.type)));

/** Keys of the page must not act behind a dialog or a menu. A panel beside the page says `data-keys-pass`. */
const hasOpenDialog = (): boolean =>
  document.querySelector(
    "[role=dialog][data-state=open]:not([data-keys-pass]), [role=alertdialog][data-state=open], [role=menu][data-state=open], [role=listbox][data-state=open]",
  ) !== null;

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SIGNS: Record<string, string> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  ...(IS_MAC ? { mod: "⌘", shift: "⇧", alt: "⌥" } : {}),
};
const NAMED = ["mod", "shift", "alt", "enter", "escape", "space", "tab", "home", "end", "delete"] as const;

/** What is printed on the keys: one list for each key of a sequence. */
export const keyCaps = (keys: string): string[][] => keys.split(" ").map((chord) => chord.split("+").map(capOf));

function capOf(key: string): string {
  const named = NAMED.find((name) => name === key);
  return SIGNS[key] ?? (named ? t(`ui.keys.${named}`) : key.toUpperCase());
}
