// Finds the products of a chunk's rows by an attribute. The scan has stored which products have which values. The loader reads these
// products again, because they may have changed after the scan: a row must not change a product that no longer has the row's value.
import type pg from "pg";
import type { Comparison } from "../../catalog/bulk/merge.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import type { ScanId } from "../fencing.ts";
import { matchKey, type MatchRule } from "../match/match-key.ts";
import { MAX_MATCHES, readCurrent, readMatches, readTakenKeys } from "../match/store.ts";
import type { RejectCode } from "../../../contract/imports/imports.ts";
import type { ChunkRows } from "./chunk-rows.ts";
import { keysOf, resolveRows, type Found, type Refusal, type Resolved } from "./resolve-rows.ts";

export interface MatchPlan {
  rule: MatchRule;
  scan: ScanId;
}

/** The rows to apply with the versions of their products, and the rows to reject with the reasons. */
interface Matched extends Pick<Resolved, "rows" | "versions"> {
  refused: { row: number; refusal: Refusal; code: RejectCode; message: string }[];
}

export async function matchRows(client: pg.ClientBase, plan: MatchPlan, rows: ChunkRows): Promise<Matched> {
  const keys = keysOf(rows);
  const taken = plan.rule.none === "create" ? await readTakenKeys(client, keys) : undefined;
  const { refused, ...kept } = resolveRows(rows, await findCurrent(client, plan, keys), taken);
  return { ...kept, refused: refused.map(({ row, refusal }) => ({ row, refusal, ...refusalOf(refusal, plan.rule) })) };
}

async function findCurrent(
  client: pg.ClientBase,
  { rule, scan }: MatchPlan,
  keys: readonly string[],
): Promise<Map<string, Found>> {
  const matches = new Map<string, string[]>();
  for (const { match_key, sku_key } of await readMatches(client, scan, keys))
    matches.set(match_key, [...(matches.get(match_key) ?? []), sku_key]);
  const few = [...matches].filter(([, skuKeys]) => skuKeys.length <= MAX_MATCHES);
  const current = await readCurrent(
    client,
    few.flatMap(([, skuKeys]) => skuKeys),
    rule.attribute,
  );
  const products = new Map(current.map((product) => [product.sku_key, product]));
  const found = new Map<string, Found>([...matches.keys()].map((key) => [key, "many"]));
  for (const [key, skuKeys] of few) {
    const still = skuKeys
      .flatMap((skuKey) => products.get(skuKey) ?? [])
      .filter(({ value }) => hasKey(value, key, rule));
    found.set(key, { products: still, is_lost: still.length < skuKeys.length });
  }
  return found;
}

const hasKey = (value: string | null, key: string, rule: MatchRule): boolean =>
  value !== null && matchKey(value, rule) === key;

/**
 * Checks that the rows were compared with the same versions of the products that `matchRows` has read, and that rows without a product
 * still have none. If a product changes after this check, the write itself fails.
 * @throws ConcurrentChange if another writer was faster; the chunk must be loaded again
 */
export function checkMatched(
  { versions }: Pick<Resolved, "versions">,
  { same, changed, changed_versions }: Comparison,
): void {
  let existing = 0;
  for (const version of versions) if (version > 0) existing++;
  if (same.length + changed.length !== existing) throw changedMeanwhile();
  for (const row of same) if (versions[row] === 0) throw changedMeanwhile();
  changed.forEach((row, i) => {
    if (versions[row] !== changed_versions[i]) throw changedMeanwhile();
  });
}

const changedMeanwhile = (): ConcurrentChange =>
  new ConcurrentChange("a product was changed between the search for it and the comparison");

/** The reject of a row that is not applied. */
function refusalOf(refusal: Refusal, { attribute }: MatchRule): { code: RejectCode; message: string } {
  switch (refusal) {
    case "missing":
      return {
        code: "does_not_exist",
        message: `No product has this value in its attribute "${attribute}". Correct the value, or let the mapping create products ("none": "create").`,
      };
    case "lost":
      return {
        code: "does_not_exist",
        message: `The product with this value in its attribute "${attribute}" was changed or deleted during the import, so it was not updated. Import the row again.`,
      };
    case "ambiguous":
      return {
        code: "match_ambiguous",
        message: `Several products have this value in their attribute "${attribute}", so it is unclear which of them the row refers to. Correct the products, or give the SKU.`,
      };
    case "taken":
      return {
        code: "match_ambiguous",
        message: `No product has this value in its attribute "${attribute}", but a product has this value as its SKU. Set the attribute of this product, or give the SKU.`,
      };
  }
}
