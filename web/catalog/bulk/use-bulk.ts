// Changes of many products: asked first where they lose something, started as an operation (whose progress the shell shows),
// and with a way back when they are done.
import { onScopeDispose, ref } from "vue";
import {
  change_products,
  get_operation,
  isOperationOver,
  MAX_BULK_SKUS,
  type BulkRequest,
  type Operation,
} from "../../../contract/changesets/operations.ts";
import { list_products } from "../../../contract/catalog/products.ts";
import { confirm } from "../../services/confirm.ts";
import { formatCount } from "../../ui/format.ts";
import { trackStarted } from "../../server/running.ts";
import { toast } from "../../server/toasts.ts";
import { undoAtOnce } from "../../server/undo.ts";
import { ask } from "../../server/use-connection.ts";
import { t, tn } from "../../texts/t.ts";
import { atLeast, type Total } from "../search/count-words.ts";
import type { ListFilter } from "../search/list-filter.ts";
import type { Selection } from "./selection.ts";

export type BulkAction = "activate" | "deactivate" | "set" | "delete";

/** The dock shows progress five times a second; here only the end is waited for. */
const LOOK_EVERY_MS = 400;

const MANY = 100;

interface Deps {
  filter: () => ListFilter;
  /** How many match the filter, as far as is known. */
  total: () => Total;
  /** Told of each operation that is started here. */
  onStart: (changesetId: number) => void;
  /** Told when products have changed. */
  onDone: () => void;
}

export function useBulk({ filter, total, onStart, onDone }: Deps) {
  const running = ref(0);
  const stop = new AbortController();

  /** Gives whether it was started. */
  async function act(action: BulkAction, selection: Selection, set?: BulkRequest["set"]): Promise<boolean> {
    const chosen = selection.all ? total() : { value: selection.skus.size, is_exact: true };
    if (!selection.all && chosen.value > MAX_BULK_SKUS) {
      toast({ title: t("catalog.bulk.too_many", { n: formatCount(MAX_BULK_SKUS) }), tone: "warning" });
      return false;
    }
    if (selection.all && action === "delete" && Object.keys(filter()).length === 0) return deleteAll();
    if (!(await isWanted(action, chosen))) return false;
    const target = selection.all ? { filter: filter() } : { skus: [...selection.skus] };
    return start({ action, ...target, ...(set === undefined ? {} : { set }) });
  }

  /** Everything: the number of products has to be typed. */
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
      toast({ title: t("catalog.bulk.not_started"), description: (reason as Error).message, tone: "error" });
      return false;
    }
  }

  async function follow(started: Operation): Promise<void> {
    running.value += 1;
    try {
      const operation = await watchToEnd(started);
      if (!operation) return;
      onDone();
      tellEnd(operation, undo);
    } finally {
      running.value -= 1;
    }
  }

  function watchToEnd(started: Operation): Promise<Operation | undefined> {
    onStart(started.changeset_id);
    trackStarted({ kind: "operation", record: started });
    return untilOver(started.id, stop.signal);
  }

  /** Takes a changeset back; what was changed since stays. */
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

async function isWanted(action: BulkAction, chosen: Total): Promise<boolean> {
  // What can be waved back needs no question; what touches many deserves one, with its number.
  if (action !== "delete" && chosen.value < MANY) return true;
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

/** How many products there are, whatever the list shows; null where the server does not say. */
async function countAll(): Promise<number | null> {
  try {
    return (await ask(list_products, { querystring: { limit: 1, fields: "sku" } })).total.value;
  } catch (reason) {
    toast({ title: t("catalog.bulk.not_started"), description: (reason as Error).message, tone: "error" });
    return null;
  }
}

function tellEnd(operation: Operation, undo: (changesetId: number) => Promise<void>): void {
  const { state, changeset_id, problem } = operation;
  if (state === "selecting" || state === "running") return;
  const changed = operation.updated + operation.deleted + operation.created;
  toast({
    title: state === "done" && changed === 0 ? t("catalog.bulk.nothing") : tn(`catalog.bulk.${state}`, changed),
    ...(problem === null ? {} : { description: problem.detail }),
    tone: state === "failed" ? "error" : "success",
    ...(changed === 0 ? {} : { undo: () => undo(changeset_id) }),
  });
}

/** undefined when the page is left before. */
async function untilOver(id: number, signal: AbortSignal): Promise<Operation | undefined> {
  while (!signal.aborted) {
    try {
      const operation = await ask(get_operation, { params: { id } }, { signal });
      if (isOperationOver(operation.state)) return operation;
    } catch {
      // The server is away for a while; the operation is not.
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return undefined;
}
