// The orders of a list, and keyset positions in them. Every order is total: the SKU key decides between products with equal values.
import { badCursor, decodeCursor, encodeCursor } from "../../cursor.ts";
import { Problem } from "../../../contract/problems.ts";
import { skuKey } from "../product/sku-key.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";

export type SortField = "sku" | "name" | "updated_at" | "created_at";

export interface Order {
  field: SortField;
  descending: boolean;
}

/** A keyset position: just after the product with this value and key, even if that product no longer exists. */
export interface KeysetPosition {
  /** The sort value as text; the SKU key if the list is sorted by SKU. */
  sort_value: string;
  sku_key: string;
  /** Just before the product instead. */
  is_before?: true;
}

/** The position at which a page begins, or ends if it is read backward. */
export interface PagePosition extends KeysetPosition {
  /** Products on the pages before this one; null if the client did not read the list from its start. */
  seen: number | null;
  /** The page contains the products before the position, in the list's own order. */
  backward?: true;
  /** The position is after all products. */
  is_end?: true;
}

/** The end of the last page. */
export const END_OF_LIST: PagePosition = { sort_value: "", sku_key: "", seen: null, backward: true, is_end: true };

export function orderOf(sort: ProductSort): Order {
  const descending = sort.startsWith("-");
  return { field: (descending ? sort.slice(1) : sort) as SortField, descending };
}

export const reverseOrder = ({ field, descending }: Order): Order => ({ field, descending: !descending });

/** The same position in the reverse order: a product that is after it in one order is before it in the other. */
export const reversePosition = ({ sort_value, sku_key, is_before }: KeysetPosition): KeysetPosition =>
  is_before ? { sort_value, sku_key } : { sort_value, sku_key, is_before: true };

/** Names are sorted by their first characters, by code point, ignoring the case of A to Z. A B-tree entry has room for this many
 * characters in any script. */
export const NAME_KEY_CHARACTERS = 100;

/** The sort values as SQL on `products p`; `p.sku_key` decides between equal values. */
export const SORT_KEYS = {
  sku: { sql: "p.sku_key", type: "text" },
  name: { sql: `left(lower(p.name collate "C"), ${NAME_KEY_CHARACTERS})`, type: "text" },
  updated_at: { sql: "p.updated_at", type: "timestamptz" },
  created_at: { sql: "p.created_at", type: "timestamptz" },
} as const satisfies Record<SortField, { sql: string; type: string }>;

export function cursorOf(order: Order, position: PagePosition): string {
  const { sort_value, sku_key, seen } = position;
  const flags = `${position.is_before ? IS_BEFORE : ""}${position.backward ? BACKWARD : ""}${position.is_end ? IS_END : ""}`;
  return encodeCursor(listOf(order), [sort_value, sku_key, seen, ...(flags === "" ? [] : [flags])]);
}

/** A cursor is valid for its sort order only. */
const listOf = ({ descending, field }: Order): string => `products:${descending ? "-" : ""}${field}`;

const IS_BEFORE = "i";
const BACKWARD = "b";
const IS_END = "e";

/** The position just before a SKU, or before the next product if no product has that SKU.
 * @throws Problem `invalid-request` if the list is not sorted by SKU */
export function startAt(sku: string, order: Order): PagePosition {
  if (order.field !== "sku") {
    const detail = '"from" needs a list that is sorted by SKU. Set sort=sku or sort=-sku, or remove "from".';
    throw new Problem("invalid-request", detail, { extra: { errors: [{ pointer: "/querystring/from", detail }] } });
  }
  const key = skuKey(sku);
  return { sort_value: key, sku_key: key, is_before: true, seen: null };
}

/** @throws Problem `invalid-request` if the cursor is malformed or belongs to another order */
export function positionOf(cursor: string, order: Order): PagePosition {
  const [value, key, seen, flags = ""] = decodeCursor(listOf(order), cursor);
  if (!isText(value) || !isText(key) || !isSeen(seen) || !isText(flags)) throw badCursor();
  if (flags.includes(IS_END)) return END_OF_LIST;
  if (SORT_KEYS[order.field].type === "timestamptz" && !isInstant(value)) throw badCursor();
  return {
    sort_value: value,
    sku_key: key,
    seen,
    ...(flags.includes(IS_BEFORE) ? { is_before: true } : {}),
    ...(flags.includes(BACKWARD) ? { backward: true } : {}),
  };
}

const isSeen = (value: unknown): value is number | null =>
  value === null || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);

const isText = (value: unknown): value is string => typeof value === "string";

/** The format in which db/connection/connect.ts returns times. PostgreSQL accepts no year before 1 in this format. */
const isInstant = (text: string): boolean =>
  /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** Compares positions in the same way as PostgreSQL. */
export function comparePositions(order: Order, a: KeysetPosition, b: KeysetPosition): number {
  const byValue =
    SORT_KEYS[order.field].type === "timestamptz"
      ? compareInstants(a.sort_value, b.sort_value)
      : compareText(a.sort_value, b.sort_value);
  const compared = byValue === 0 ? compareText(a.sku_key, b.sku_key) : byValue;
  if (compared === 0) return Number(b.is_before === true) - Number(a.is_before === true);
  return order.descending ? -compared : compared;
}

/** By code point, as in the collation "C". JavaScript's `<` compares code units, which differs for surrogate pairs. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

/** Times in UTC without trailing zeros, as db/connection/connect.ts returns them. Without the `Z` they sort as text. */
const compareInstants = (a: string, b: string): number => (a === b ? 0 : compareText(a.slice(0, -1), b.slice(0, -1)));
