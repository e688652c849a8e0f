// The imports and operations that run, and those that ended before the reader's eyes; the same on every page and in every tab.
// Fed by the stream; where there is none (a tab out of sight, a server that refuses it), the server is asked now and then.
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
const LOOK_BACK = 20;
/** So long an ended one stays; long enough to read its numbers and to follow it. */
const ENDED_MS = 12_000;

const known = shallowReactive(new Map<string, Running>());

export const isOver = (of: Running): boolean =>
  of.kind === "import" ? isTerminal(of.record.state) : isOperationOver(of.record.state);
export const keyOf = ({ kind, record }: Running): string => `${kind} ${String(record.id)}`;

/** The upload was cut, and nothing happens until somebody sends the rest. */
const isPaused = (of: Running): boolean => of.kind === "import" && of.record.state === "paused";

/** What runs and what has just ended, the oldest first. */
export const running = computed(() =>
  [...known.values()]
    .filter((item) => !isPaused(item))
    .toSorted((a, b) => a.record.created_at.localeCompare(b.record.created_at)),
);
/** Of all that runs together; null when nothing does. */
export const runningFraction = computed(() => {
  const open = running.value.filter((item) => !isOver(item));
  return open.length === 0 ? null : open.reduce((sum, { record }) => sum + record.fraction, 0) / open.length;
});

export function forget(key: string): void {
  known.delete(key);
}

/** Called once, by the shell. */
export function trackRunning(): void {
  const visibility = useDocumentVisibility();
  const { is_open, gaps } = useStream();
  useLive("import", (record) => {
    note({ kind: "import", record });
  });
  useLive("operation", (record) => {
    note({ kind: "operation", record });
  });
  void look();
  watch([gaps, useConnection().reconnects], () => void look());
  const pauseMs = computed(() => {
    const busy = runningFraction.value !== null;
    if (visibility.value === "hidden") return busy ? HIDDEN_BUSY_MS : 0;
    return is_open.value ? 0 : busy ? BUSY_MS : IDLE_MS;
  });
  const { pause, resume } = useIntervalFn(
    () => void look(),
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

/** Something has just been started here: it is shown at once, before the stream tells of it. */
export function trackStarted(item: Running): void {
  if (item.kind === "import") publish("import", item.record);
  else publish("operation", item.record);
}

function note(item: Running): void {
  const key = keyOf(item);
  const before = known.get(key);
  if (before !== undefined && before.record.version >= item.record.version) return;
  if (!isOver(item)) known.set(key, item);
  // One that was over before it was seen is no news here.
  else if (before !== undefined) {
    known.set(key, item);
    if (!isOver(before)) setTimeout(() => known.get(key) === item && known.delete(key), ENDED_MS);
  }
}

let looking = false;

async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const [imports, operations] = await Promise.all([
      ask(list_imports, { querystring: { limit: LOOK_BACK } }),
      ask(list_operations, { querystring: { limit: LOOK_BACK } }),
    ]);
    for (const record of imports.items) publish("import", record);
    for (const record of operations.items) publish("operation", record);
    const seen = new Set([
      ...imports.items.map(({ id }) => `import ${String(id)}`),
      ...operations.items.map(({ id }) => `operation ${String(id)}`),
    ]);
    await Promise.all([...known.values()].filter((item) => !isOver(item) && !seen.has(keyOf(item))).map(askAgain));
  } catch {
    // `ask` has noticed a lost server; the next look comes with its return.
  } finally {
    looking = false;
  }
}

async function askAgain({ kind, record: { id } }: Running): Promise<void> {
  if (kind === "import") publish("import", await ask(get_import, { params: { id } }));
  else publish("operation", await ask(get_operation, { params: { id } }));
}
