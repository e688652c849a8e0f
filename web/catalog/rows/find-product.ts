// Finds products for the command palette: those whose SKU starts with the term or, if there are none, the results of a search for
// the term.
import { list_products } from "../../../contract/catalog/products.ts";
import type { Command } from "../../services/commands.ts";
import { ask } from "../../server/use-connection.ts";

const MAX_RESULTS = 6;

export async function findProducts(
  term: string,
  signal: AbortSignal,
  go: (path: string) => unknown,
): Promise<Command[]> {
  const bySku = await find({ sku: `${term}*` }, signal);
  const found = bySku.length > 0 ? bySku : await find({ search: term }, signal);
  return found.map(({ sku = "", name = "" }) => ({
    id: `product ${sku}`,
    label: sku,
    hint: name,
    icon: "i-lucide-package",
    run: () => go(`/products?open=${encodeURIComponent(sku)}`),
  }));
}

async function find(filter: { sku?: string; search?: string }, signal: AbortSignal) {
  const querystring = { ...filter, fields: "sku,name", limit: MAX_RESULTS };
  return (await ask(list_products, { querystring }, { signal })).items;
}
