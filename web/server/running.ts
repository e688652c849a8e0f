// The imports and operations that are running or have just ended, for the dock. The event stream updates them. If there is
// no stream, because the tab is hidden or the server refuses the stream, the page polls.
import { computed, onScopeDispose, shallowReactive, watch } from "vue";
import { useDocumentVisibility, useIntervalFn } from "@vueuse/core";
import { get_import, isTerminal, list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import {
  get_operation,
  isOperationOver,
  list_operations,
  type Operation,
} from "../../contract/changesets/operations.ts";
import { publish, useLive, useStream } from "./live.ts";
import { ask, useConnection } from "./use-connection.ts";

export type Running = { kind: "import"; record: ListedImport } | { kind: "operation"; record: Operation };

const BUSY_MS = 1_000;
const IDLE_MS = 10_000;
const HIDDEN_BUSY_MS = 3_000;
const POLL_COUNT = 20;
/** How long an ended item stays in the dock: long enough to read its result and click it. */
const ENDED_MS = 12_000;

const tracked = shallowReactive(new Map<string, Running>());

export const isOver = (item: Running): boolean =>
  item.kind === "import" ? isTerminal(item.record.state) : isOperationOver(item.record.state);
export const keyOf = ({ kind, record }: Running): string => `${kind} ${String(record.id)}`;

/** Whether the item is an import that waits for the remaining bytes of its file or for an answer. */
const isWaiting = (item: Running): boolean =>
  item.kind === "import" && (item.record.state === "paused" || item.record.state === "held");

/** Running and just ended items, oldest first. Leaves out imports that wait for the remaining bytes of their file, and held imports. */
export const running = computed(() =>
  [...tracked.values()]
    .filter((item) => !isWaiting(item))
    .toSorted((a, b) => a.record.created_at.localeCompare(b.record.created_at)),
);
/** Average progress of all running items; null if nothing runs. */
export const runningFraction = computed(() => {
  const open = running.value.filter((item) => !isOver(item));
  return open.length === 0 ? null : open.reduce((sum, { record }) => sum + record.fraction, 0) / open.length;
});

/** Removes an ended item from the dock. */
export function dismiss(key: string): void {
  tracked.delete(key);
}

/** Starts tracking; `web/shell` calls it once. */
export function trackRunning(): void {
  const visibility = useDocumentVisibility();
  const { is_open, gaps } = useStream();
  useLive("import", (record) => {
    track({ kind: "import", record });
  });
  useLive("operation", (record) => {
    track({ kind: "operation", record });
  });
  void poll();
  watch([gaps, useConnection().reconnects], () => void poll());
  const pauseMs = computed(() => {
    const busy = runningFraction.value !== null;
    if (visibility.value === "hidden") return busy ? HIDDEN_BUSY_MS : 0;
    return is_open.value ? 0 : busy ? BUSY_MS : IDLE_MS;
  });
  const { pause, resume } = useIntervalFn(
    () => void poll(),
    () => pauseMs.value || IDLE_MS,
    { immediate: false },
  );
  watch(
    pauseMs,
    (ms) => {
      pause();
      if (ms > 0) resume();
    },
    { immediate: true },
  );
  onScopeDispose(pause);
}

/** Shows an item that this tab has just started, without waiting for the stream. */
export function trackStarted(item: Running): void {
  if (item.kind === "import") publish("import", item.record);
  else publish("operation", item.record);
}

function track(item: Running): void {
  const key = keyOf(item);
  const before = tracked.get(key);
  if (before !== undefined && before.record.version >= item.record.version) return;
  if (!isOver(item)) tracked.set(key, item);
  // Do not show items that had ended before this page knew about them.
  else if (before !== undefined) {
    tracked.set(key, item);
    if (!isOver(before)) setTimeout(() => tracked.get(key) === item && tracked.delete(key), ENDED_MS);
  }
}

let isPolling = false;

async function poll(): Promise<void> {
  if (isPolling) return;
  isPolling = true;
  try {
    const [imports, operations] = await Promise.all([
      ask(list_imports, { querystring: { limit: POLL_COUNT } }),
      ask(list_operations, { querystring: { limit: POLL_COUNT } }),
    ]);
    for (const record of imports.items) publish("import", record);
    for (const record of operations.items) publish("operation", record);
    const seen = new Set([
      ...imports.items.map(({ id }) => `import ${String(id)}`),
      ...operations.items.map(({ id }) => `operation ${String(id)}`),
    ]);
    await Promise.all([...tracked.values()].filter((item) => !isOver(item) && !seen.has(keyOf(item))).map(reload));
  } catch {
    // `ask` has noticed the lost connection; the page polls again after the reconnect.
  } finally {
    isPolling = false;
  }
}

async function reload({ kind, record: { id } }: Running): Promise<void> {
  if (kind === "import") publish("import", await ask(get_import, { params: { id } }));
  else publish("operation", await ask(get_operation, { params: { id } }));
}
