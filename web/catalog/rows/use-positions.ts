// How many products the list has in all, and where its middle can be entered: asked beside the list, which never waits for it.
import { onScopeDispose, shallowRef } from "vue";
import type { ResultOf } from "../../../client/call.ts";
import { list_positions } from "../../../contract/catalog/products.ts";
import { ask } from "../../server/use-connection.ts";
import { entryAt, rowOfSku, type Positions } from "./positions.ts";
import type { ListRequest } from "./list-request.ts";
import type { Entry } from "./row-window.ts";

/** Whoever types asks for a list with each letter; only the one that stays is counted. */
const AFTER_MS = 250;
/** In a million rows a position every 2,500. */
const POSITIONS = 400;

type Counted = ResultOf<typeof list_positions>["total"];

export function usePositions() {
  const positions = shallowRef<Positions | null>(null);
  const counted = shallowRef<Counted | null>(null);
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Forgets what was known of another list. */
  function forget(): void {
    cancel();
    positions.value = null;
    counted.value = null;
  }

  function cancel(): void {
    clearTimeout(timer);
    asking.abort();
  }

  /** Asks in a while; what is known stays until then. */
  function find(request: ListRequest): void {
    cancel();
    timer = setTimeout(() => void read(request), AFTER_MS);
  }

  async function read(request: ListRequest): Promise<void> {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await ask(list_positions, { querystring: { ...request, limit: POSITIONS } }, { signal });
      counted.value = answer.total;
      positions.value = { rows: answer.total.value, at: answer.positions, last_cursor: answer.last_cursor };
    } catch {
      // The list is there without it, and its scrollbar goes as far as has been read.
    }
  }

  const entryOf = (row: number, inViewport: number): Entry | undefined =>
    positions.value ? entryAt(positions.value, row, inViewport) : undefined;
  const rowOf = (sku: string, descending: boolean): number | undefined =>
    positions.value ? rowOfSku(positions.value, sku, descending) : undefined;
  onScopeDispose(cancel);
  return { positions, counted, forget, find, entryOf, rowOf };
}
