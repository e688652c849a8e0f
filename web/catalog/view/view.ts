// The state of the page that is stored in the URL: search, sort order, columns and the open product.
import { formatColumns, parseColumns } from "../columns/columns.ts";
import { isSortable } from "../columns/fields.ts";
import type { Accents } from "../search/list-filter.ts";
import { formatQuery, parseQuery, type Term } from "../search/query-language.ts";
import { linkedTerms } from "./linked-terms.ts";

export interface View {
  terms: Term[];
  /** Whether words must have the accents of the search. By default, `creme` also finds `Crème`. */
  accents: Accents;
  /** Whether variants are folded under their parents. */
  fold: boolean;
  sort: Sort;
  /** null = the default columns. */
  columns: string[] | null;
  /** The SKU from which the page loads the list; null unless the list is sorted by SKU. */
  from: string | null;
  /** SKU of the product in the panel. */
  open: string | null;
}

export interface Sort {
  by: string;
  descending: boolean;
}

export const BY_SKU: Sort = { by: "sku", descending: false };

type Query = Readonly<Record<string, unknown>>;

export function parseView(query: Query): View {
  return {
    terms: [...parseQuery(textOf(query, "q") ?? ""), ...linkedTerms((name) => textOf(query, name), Object.keys(query))],
    accents: textOf(query, "accents") === "exact" ? "exact" : "ignore",
    fold: textOf(query, "fold") === "true",
    sort: parseSort(textOf(query, "sort")),
    columns: parseColumns(textOf(query, "columns")),
    from: textOf(query, "from") ?? null,
    open: textOf(query, "open") ?? null,
  };
}

/** Converts the view to URL parameters. Defaults are omitted, so the default list has none. */
export function formatView({ terms, accents, fold, sort, columns, from, open }: View): Record<string, string> {
  const q = formatQuery(terms);
  const sorted = formatSort(sort);
  return {
    ...(q === "" ? {} : { q }),
    ...(accents === "ignore" ? {} : { accents }),
    ...(fold ? { fold: "true" } : {}),
    ...(sorted === "sku" ? {} : { sort: sorted }),
    ...(columns === null ? {} : { columns: formatColumns(columns) }),
    ...(from === null || sort.by !== "sku" ? {} : { from }),
    ...(open === null ? {} : { open }),
  };
}

export const formatSort = ({ by, descending }: Sort): string => `${descending ? "-" : ""}${by}`;

function parseSort(text: string | undefined): Sort {
  const by = text?.replace(/^-/, "");
  if (by === undefined || !isSortable(by)) return BY_SKU;
  return { by, descending: text?.startsWith("-") ?? false };
}

/** The sort order after a click on a column header. A second click reverses the direction. A third click sorts by SKU again. */
export function nextSort(sort: Sort, column: string): Sort {
  if (sort.by !== column) return { by: column, descending: column.endsWith("_at") };
  const reversed = { by: column, descending: !sort.descending };
  const startedDescending = column.endsWith("_at");
  return column !== "sku" && reversed.descending === startedDescending ? BY_SKU : reversed;
}

/** The first value of a URL parameter; repeated ones are ignored. */
function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}
