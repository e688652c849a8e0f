// The sort orders of lists, and positions in sorted lists. Every order is total: products with equal sort values are sorted by SKU key.
import { badCursor, decodeCursor, encodeCursor } from "../../cursor.ts";
import { Problem } from "../../../contract/problems.ts";
import { skuKey } from "../product/sku-key.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";

export type SortField = "sku" | "name" | "updated_at" | "created_at";

export interface Order {
  field: SortField;
  descending: boolean;
}

/** A position in a sorted list, just after the product with this sort value and key. The position is valid even if that product no longer
 * exists. */
export interface KeysetPosition {
  /** The sort value as text; if the list is sorted by SKU, the SKU key. */
  sort_value: string;
  sku_key: string;
  /** The position is just before the product, not just after it. */
  is_before?: true;
}

/** The position at which a page begins. If the page is read backward, the position at which the page ends. */
export interface PagePosition extends KeysetPosition {
  /** Number of products on the pages before this one; null if the client did not read the list from its start. */
  seen: number | null;
  /** The page is read backward: it contains the products before the position, but still in list order. */
  backward?: true;
  /** The position is after all products. */
  is_end?: true;
}

/** The position after all products, from which the last page is read backward. */
export const END_OF_LIST: PagePosition = { sort_value: "", sku_key: "", seen: null, backward: true, is_end: true };

export function orderOf(sort: ProductSort): Order {
  const descending = sort.startsWith("-");
  return { field: (descending ? sort.slice(1) : sort) as SortField, descending };
}

export const reverseOrder = ({ field, descending }: Order): Order => ({ field, descending: !descending });

/** Returns the same position for the reverse order. A product that is after the position in one order is before it in the other. */
export const reversePosition = ({ sort_value, sku_key, is_before }: KeysetPosition): KeysetPosition =>
  is_before ? { sort_value, sku_key } : { sort_value, sku_key, is_before: true };

/** Number of characters by which names are sorted. Only the beginning of a name is compared, by code point and with A to Z in lower case. A
 * B-tree entry has room for this many characters in any script. */
export const NAME_KEY_CHARACTERS = 100;

/** The SQL expression of each sort value. `p` is an alias of `products`. Products with equal values are sorted by `p.sku_key`. */
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

/** Returns the name of the list for which a cursor is valid. The name contains the order, because a cursor is valid for one order only. */
const listOf = ({ descending, field }: Order): string => `products:${descending ? "-" : ""}${field}`;

const IS_BEFORE = "i";
const BACKWARD = "b";
const IS_END = "e";

/** Returns the position just before a SKU, or before the next product if no product has that SKU.
 * @throws Problem `invalid-request` if the list is not sorted by SKU */
export function startAt(sku: string, order: Order): PagePosition {
  if (order.field !== "sku") {
    const detail = '"from" needs a list that is sorted by SKU. Set sort=sku or sort=-sku, or remove "from".';
    throw new Problem("invalid-request", detail, { extra: { errors: [{ pointer: "/querystring/from", detail }] } });
  }
  const key = skuKey(sku);
  return { sort_value: key, sku_key: key, is_before: true, seen: null };
}

/** Decodes a cursor.
 * @throws Problem `invalid-request` if the cursor is malformed or belongs to another order */
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

/** Whether the text is a time in the format that db/connection/connect.ts uses for results. PostgreSQL does not accept the year 0 in this
 * format. */
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

/** Compares texts by code point, as the collation "C" does. JavaScript's `<` compares code units, which gives another order for surrogate
 * pairs. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

/** Compares times in UTC without trailing zeros, as db/connection/connect.ts returns them. Without the `Z`, such times can be compared as
 * text. */
const compareInstants = (a: string, b: string): number => (a === b ? 0 : compareText(a.slice(0, -1), b.slice(0, -1)));
