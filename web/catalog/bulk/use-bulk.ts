// Runs bulk changes: asks for confirmation where needed, starts the operation (the dock shows its progress), and offers an undo at
// the end.
import { onScopeDispose, ref } from "vue";
import {
  change_products,
  get_operation,
  isOperationOver,
  MAX_BULK_SKUS,
  type BulkRequest,
  type Operation,
  type OperationState,
} from "../../../contract/changesets/operations.ts";
import { list_products } from "../../../contract/catalog/products.ts";
import { confirm } from "../../services/confirm.ts";
import { formatCount } from "../../ui/format.ts";
import { trackStarted } from "../../server/running.ts";
import { toast } from "../../server/toasts.ts";
import { undoAtOnce } from "../../server/undo/undo.ts";
import { ask } from "../../server/use-connection.ts";
import { t, tn } from "../../texts/t.ts";
import { atLeast, type Total } from "../search/count-words.ts";
import type { ListFilter } from "../search/list-filter.ts";
import type { Selection } from "./selection.ts";
import { problemDetail, errorText } from "../../server/problem-words.ts";

export type BulkAction = BulkRequest["action"];

/** Interval at which the page checks whether the operation has ended. The dock shows its progress. */
const POLL_MS = 400;

/** A change of at least this many products asks for confirmation. Deleting always asks. */
const CONFIRM_FROM = 100;

interface Deps {
  filter: () => ListFilter;
  /** Number of products that match the filter. */
  total: () => Total;
  /** Called when an operation has started. */
  onStart: (changesetId: number) => void;
  /** Called when products have changed. */
  onDone: () => void;
}

export function useBulk({ filter, total, onStart, onDone }: Deps) {
  const running = ref(0);
  const stop = new AbortController();

  /** Returns whether the operation was started. */
  async function act(action: BulkAction, selection: Selection, set?: BulkRequest["set"]): Promise<boolean> {
    const chosen = selection.all ? total() : { value: selection.skus.size, is_exact: true };
    if (!selection.all && chosen.value > MAX_BULK_SKUS) {
      toast({ title: t("catalog.bulk.too_many", { n: formatCount(MAX_BULK_SKUS) }), tone: "warning" });
      return false;
    }
    if (selection.all && action === "delete" && Object.keys(filter()).length === 0) return deleteAll();
    if (!(await isConfirmed(action, chosen))) return false;
    const target = selection.all ? { filter: filter() } : { skus: [...selection.skus] };
    return start({ action, ...target, ...(set === undefined ? {} : { set }) });
  }

  /** Deletes all products, after the user has typed their number. */
  async function deleteAll(): Promise<boolean> {
    const count = await countAll();
    if (count === null) return false;
    return (await isTyped(count)) && start({ action: "delete", filter: {}, confirm: count });
  }

  async function start(body: BulkRequest): Promise<boolean> {
    try {
      const operation = await ask(change_products, { body });
      void follow(operation);
      return true;
    } catch (reason) {
      toast({ title: t("catalog.bulk.not_started"), description: errorText(reason), tone: "error" });
      return false;
    }
  }

  async function follow(started: Operation): Promise<void> {
    running.value += 1;
    try {
      const operation = await watchToEnd(started);
      if (!operation) return;
      onDone();
      reportEnd(operation, undo);
    } finally {
      running.value -= 1;
    }
  }

  function watchToEnd(started: Operation): Promise<Operation | undefined> {
    onStart(started.changeset_id);
    trackStarted({ kind: "operation", record: started });
    return untilOver(started.id, stop.signal);
  }

  /** Undoes a changeset; later changes of its products are kept. */
  async function undo(changesetId: number): Promise<void> {
    const started = await undoAtOnce(changesetId);
    if (!started) return;
    await watchToEnd(started);
    onDone();
    toast({ title: t("catalog.bulk.undone"), tone: "success" });
  }

  onScopeDispose(() => {
    stop.abort();
  });
  return { running, act, deleteAll, undo };
}

async function isConfirmed(action: BulkAction, chosen: Total): Promise<boolean> {
  // The toast offers an undo, so small changes need no confirmation.
  if (action !== "delete" && chosen.value < CONFIRM_FROM) return true;
  return confirm({
    title: atLeast(tn(`catalog.bulk.ask_${action}`, chosen.value), chosen),
    description: t("catalog.bulk.can_be_undone"),
    action: atLeast(tn(`catalog.bulk.do_${action}`, chosen.value), chosen),
    tone: action === "delete" ? "error" : "primary",
  });
}

const isTyped = (count: number): Promise<boolean> =>
  confirm({
    title: t("catalog.bulk.ask_delete_all"),
    description: t("catalog.bulk.delete_all_text"),
    action: tn("catalog.bulk.do_delete", count),
    tone: "error",
    typed: { label: t("catalog.bulk.type_count", { n: count }), text: String(count) },
  });

/** Returns the number of products in the catalogue. If the request fails, reports the failure and returns null. */
async function countAll(): Promise<number | null> {
  try {
    return (await ask(list_products, { querystring: { limit: 1, fields: "sku" } })).total.value;
  } catch (reason) {
    toast({ title: t("catalog.bulk.not_started"), description: errorText(reason), tone: "error" });
    return null;
  }
}

function reportEnd(operation: Operation, undo: (changesetId: number) => Promise<void>): void {
  const { state, changeset_id, problem } = operation;
  const changed = operation.updated + operation.deleted + operation.created;
  const title = endTitle(state, changed);
  if (title === null) return;
  toast({
    title,
    ...(problem === null ? {} : { description: problemDetail(problem) }),
    tone: state === "failed" ? "error" : "success",
    ...(changed === 0 ? {} : { undo: () => undo(changeset_id) }),
  });
}

function endTitle(state: OperationState, changed: number): string | null {
  switch (state) {
    case "selecting":
    case "running":
      return null;
    case "done":
      return changed === 0 ? t("catalog.bulk.nothing") : tn("catalog.bulk.done", changed);
    case "cancelled":
      return tn("catalog.bulk.cancelled", changed);
    case "failed":
      return tn("catalog.bulk.failed", changed);
  }
}

/** Polls until the operation has ended; returns undefined if the user leaves the page first. */
async function untilOver(id: number, signal: AbortSignal): Promise<Operation | undefined> {
  while (!signal.aborted) {
    try {
      const operation = await ask(get_operation, { params: { id } }, { signal });
      if (isOperationOver(operation.state)) return operation;
    } catch {
      // The server is unreachable, but the operation may still be running: try again.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}
