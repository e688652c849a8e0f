// What the page shows, as it stands in the address: search, sort, columns, the open product.
import { formatColumns, isSortable, parseColumns } from "../grid/columns.ts";
import { formatQuery, parseQuery, type Term } from "./query-language.ts";

export interface View {
  terms: Term[];
  sort: Sort;
  /** null = as columns.ts chooses. */
  columns: string[] | null;
  /** The SKU at which the list is entered; only where it is sorted by SKU. */
  from: string | null;
  /** The SKU of the product that is shown beside the list. */
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
    terms: parseQuery(textOf(query, "q") ?? ""),
    sort: parseSort(textOf(query, "sort")),
    columns: parseColumns(textOf(query, "columns")),
    from: textOf(query, "from") ?? null,
    open: textOf(query, "open") ?? null,
  };
}

/** Without what is as always, so that the address of the plain list is plain. */
export function formatView({ terms, sort, columns, from, open }: View): Record<string, string> {
  const q = formatQuery(terms);
  const sorted = formatSort(sort);
  return {
    ...(q === "" ? {} : { q }),
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

/** A header's click: ascending, descending, and back to the order of SKUs. */
export function nextSort(sort: Sort, column: string): Sort {
  if (sort.by !== column) return { by: column, descending: column.endsWith("_at") };
  const turned = { by: column, descending: !sort.descending };
  const startedDescending = column.endsWith("_at");
  return column !== "sku" && turned.descending === startedDescending ? BY_SKU : turned;
}

/** An address may repeat a parameter; the first one counts. */
function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}
