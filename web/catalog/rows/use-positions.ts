// Loads the number of products in the list, and positions at which the row loader can start. The list is shown without waiting for
// these requests.
import { onScopeDispose, shallowRef } from "vue";
import type { ResultOf } from "../../../client/call.ts";
import { list_positions } from "../../../contract/catalog/products.ts";
import { ask } from "../../server/use-connection.ts";
import { entryAt, rowOfSku, type Positions } from "./positions.ts";
import type { ListRequest } from "./list-request.ts";
import type { Entry } from "./row-window.ts";

/** Pause before the page requests the positions of a list. Each letter typed into the search shows another list, and only the last list
 * needs positions. */
const DEBOUNCE_MS = 250;
/** Number of positions to load. In a list of a million rows, that is one position every 2,500 rows. */
const POSITIONS = 400;

type Counted = ResultOf<typeof list_positions>["total"];

export function usePositions() {
  const positions = shallowRef<Positions | null>(null);
  const counted = shallowRef<Counted | null>(null);
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Drops the positions, because they belong to the previous list. */
  function clear(): void {
    cancel();
    positions.value = null;
    counted.value = null;
  }

  function cancel(): void {
    clearTimeout(timer);
    asking.abort();
  }

  /** Loads the positions after a pause; the current ones remain until then. */
  function loadSoon(request: ListRequest): void {
    cancel();
    timer = setTimeout(() => void load(request), DEBOUNCE_MS);
  }

  /** Requests the positions without `fold`: a list whose variants are folded uses the positions of the unfolded list. */
  async function load({ fold: _, ...request }: ListRequest): Promise<void> {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await ask(list_positions, { querystring: { ...request, limit: POSITIONS } }, { signal });
      counted.value = answer.total;
      positions.value = { rows: answer.total.value, entries: answer.positions, last_cursor: answer.last_cursor };
    } catch {
      // The list works without positions. Without them, its scrollbar covers only the rows read so far.
    }
  }

  const entryOf = (row: number, inViewport: number): Entry | undefined =>
    positions.value ? entryAt(positions.value, row, inViewport) : undefined;
  const rowOf = (sku: string, descending: boolean): number | undefined =>
    positions.value ? rowOfSku(positions.value, sku, descending) : undefined;
  onScopeDispose(cancel);
  return { positions, counted, clear, loadSoon, entryOf, rowOf };
}
