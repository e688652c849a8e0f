// The orders a list can have, each total: products that are alike in it follow each other by their key.
import { badCursor, decodeCursor, encodeCursor } from "../../db/cursor.ts";
import { Problem } from "../../../contract/problems.ts";
import { skuKey } from "../product/sku-key.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";

export type SortField = "sku" | "name" | "updated_at" | "created_at";

export interface Order {
  field: SortField;
  descending: boolean;
}

/** A place in an order: behind the products with smaller values, and those of the same value with smaller keys. */
export interface Place {
  /** Text of the value the products are sorted by; the key once more where that is the SKU. */
  sort_value: string;
  sku_key: string;
  /** Just before the product there, if there is one: that product is behind it. */
  is_before?: true;
}

/** Where a page begins, or ends if it is read backward. */
export interface Position extends Place {
  /** Products shown so far; null where the list was not read from its start. */
  seen: number | null;
  /** The page is what stands before the place, in the list's own order. */
  backward?: true;
  /** The place is behind everything. */
  is_end?: true;
}

/** Where the last page ends. */
export const THE_END: Position = { sort_value: "", sku_key: "", seen: null, backward: true, is_end: true };

export function orderOf(sort: ProductSort): Order {
  const descending = sort.startsWith("-");
  return { field: (descending ? sort.slice(1) : sort) as SortField, descending };
}

export const opposite = ({ field, descending }: Order): Order => ({ field, descending: !descending });

/** The same place, seen by who comes from the other side: the product that was behind it is before it. */
export const turned = ({ sort_value, sku_key, is_before }: Place): Place => ({
  ...{ sort_value, sku_key },
  ...(is_before ? {} : { is_before: true }),
});

/** Names are compared by their beginning, by code point, A to Z in any case alike: what a B-tree entry can hold anywhere. */
export const NAME_KEY_CHARACTERS = 100;

/** What products are sorted by, as SQL on `products p`; `p.sku_key` decides between equals. */
export const SORT_KEYS = {
  sku: { sql: "p.sku_key", type: "text" },
  name: { sql: `left(lower(p.name collate "C"), ${NAME_KEY_CHARACTERS})`, type: "text" },
  updated_at: { sql: "p.updated_at", type: "timestamptz" },
  created_at: { sql: "p.created_at", type: "timestamptz" },
} as const satisfies Record<SortField, { sql: string; type: string }>;

export function cursorOf(order: Order, position: Position): string {
  const { sort_value, sku_key, seen } = position;
  const flags = `${position.is_before ? IS_BEFORE : ""}${position.backward ? BACKWARD : ""}${position.is_end ? IS_END : ""}`;
  return encodeCursor(listOf(order), [sort_value, sku_key, seen, ...(flags === "" ? [] : [flags])]);
}

/** A cursor is valid for its sort order only. */
const listOf = ({ descending, field }: Order): string => `products:${descending ? "-" : ""}${field}`;

const IS_BEFORE = "i";
const BACKWARD = "b";
const IS_END = "e";

/** Where a list begins that shall show a SKU, or the products that would be its neighbours.
 * @throws Problem where the list is in another order than that of its SKUs */
export function startAt(sku: string, order: Order): Position {
  if (order.field !== "sku") {
    const detail =
      'A list can begin at a SKU where it is sorted by SKU. Ask with sort=sku or sort=-sku, or without "from".';
    throw new Problem("invalid-request", detail, { extra: { errors: [{ pointer: "/querystring/from", detail }] } });
  }
  const key = skuKey(sku);
  return { sort_value: key, sku_key: key, is_before: true, seen: null };
}

/** @throws Problem where the cursor is not one of this order */
export function positionOf(cursor: string, order: Order): Position {
  const [value, key, seen, flags = ""] = decodeCursor(listOf(order), cursor);
  if (!isText(value) || !isText(key) || !isSeen(seen) || !isText(flags)) throw badCursor();
  if (flags.includes(IS_END)) return THE_END;
  if (SORT_KEYS[order.field].type === "timestamptz" && !isInstant(value)) throw badCursor();
  return {
    ...{ sort_value: value, sku_key: key, seen },
    ...(flags.includes(IS_BEFORE) ? { is_before: true } : {}),
    ...(flags.includes(BACKWARD) ? { backward: true } : {}),
  };
}

const isSeen = (value: unknown): value is number | null =>
  value === null || (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);

const isText = (value: unknown): value is string => typeof value === "string";

/** As db/connection/connect.ts reads times; PostgreSQL takes none before the year 1 in this form. */
const isInstant = (text: string): boolean =>
  /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** Compares places in an order as PostgreSQL does. */
export function comparePlaces(order: Order, a: Place, b: Place): number {
  const byValue =
    SORT_KEYS[order.field].type === "timestamptz"
      ? compareInstants(a.sort_value, b.sort_value)
      : compareText(a.sort_value, b.sort_value);
  const compared = byValue === 0 ? compareText(a.sku_key, b.sku_key) : byValue;
  if (compared === 0) return Number(b.is_before === true) - Number(a.is_before === true);
  return order.descending ? -compared : compared;
}

/** By code point, as the collation "C" does it; JavaScript's `<` differs where there are surrogates. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

/** As db/connection/connect.ts gives them: in UTC, with as many digits of a second as there are. */
const compareInstants = (a: string, b: string): number => (a === b ? 0 : compareText(a.slice(0, -1), b.slice(0, -1)));
