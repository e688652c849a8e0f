// Creates mappings for lists in the records of an XML or JSON file, such as a list of variants. With such a mapping, each element of the
// list becomes a product.
import { LIST_SUFFIX } from "../../../contract/catalog/attribute-value.ts";
import type { Column, Dialect } from "../../../contract/imports/imports.ts";
import type { Mapping, Value } from "../../../contract/mapping/mapping.ts";
import type { FieldName } from "../../catalog/product/column-lists.ts";
import { parseListCell } from "../../catalog/product/attribute-list.ts";
import { isReservedName } from "../../catalog/product/reserved-names.ts";
import { FIELD_STATEMENTS } from "../mapping/compile/compile-fields.ts";
import { claimOf } from "../read/columns/column-claims.ts";
import { matchColumns, valuesOf } from "../read/columns/match-columns.ts";
import type { Table } from "../read/read-records.ts";

/** A list in the records whose elements can be the products. */
export interface ElementList {
  /** The path to the elements, in the form of `file.each` in a mapping: `variants/*`. */
  path: string;
  /** SKUs of the first elements. */
  samples: string[];
  mapping: Mapping;
}

interface TreeTable extends Pick<Table, "header" | "rows"> {
  columns: readonly Column[];
}

const SAMPLES = 3;
/** Maximum number of columns outside of the list that become attributes of each element. */
const MAX_ATTRIBUTES = 500;

/** Returns the lists whose elements have a SKU, with a mapping for each. The name of a column shows that it contains SKUs,
 * such as `variants/sku`.
 * @param key the position of the column with the SKUs, if it is known; the name then does not matter, and at most one list is returned */
export function elementLists(table: TreeTable, dialect: Dialect, key?: number): ElementList[] {
  const { format, tree } = dialect;
  const kind = format === "xml" || format === "json" || format === "jsonl" ? format : undefined;
  if (kind === undefined || tree === undefined) return [];
  const found = new Map<string, ElementList>();
  table.columns.forEach(({ name }, position) => {
    if (!name.endsWith(LIST_SUFFIX) || (key === undefined ? !isKeyName(name) : position !== key)) return;
    const path = listPath(withoutSuffix(name), tree.lists ?? []);
    if (path === undefined || found.has(path)) return;
    const mapping = mappingOf(table, { path, kind, key: position });
    found.set(path, { path, samples: samplesOf(table.rows, position), mapping });
  });
  return [...found.values()];
}

const withoutSuffix = (name: string): string =>
  name.endsWith(LIST_SUFFIX) ? name.slice(0, -LIST_SUFFIX.length) : name;

const isKeyName = (name: string): boolean => claimOf("sku", lastName(withoutSuffix(name))) !== undefined;

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/^@/, "");

/** Returns the path of the list whose elements contain the values of the column. If lists are nested, returns the innermost one.
 * @param lists the paths to the elements of all lists */
const listPath = (column: string, lists: readonly string[]): string | undefined =>
  lists.filter((path) => column.startsWith(`${withoutElements(path)}/`)).toSorted((a, b) => b.length - a.length)[0];

/** Returns the path as names of columns contain it: without the steps `*`, which lead to the elements of arrays. */
const withoutElements = (path: string): string =>
  path
    .split("/")
    .filter((step) => step !== "*")
    .join("/");

interface Elements {
  path: string;
  kind: "xml" | "json" | "jsonl";
  /** The position of the column with the SKUs. */
  key: number;
}

function mappingOf(table: TreeTable, { path, kind, key }: Elements): Mapping {
  const up = "../".repeat(path.split("/").length);
  const start = `${withoutElements(path)}/`;
  const isInside = ({ name }: Column): boolean => name.startsWith(start);
  const insidePath = ({ name }: Column): string => withoutSuffix(name).slice(start.length);
  const inside = table.columns.filter(isInside);
  const outside = table.columns.filter((column) => !isInside(column) && !column.name.startsWith(".."));
  const ownFields = fieldsOf(
    inside.map((column) => ({ path: insidePath(column), name: lastName(insidePath(column)) })),
  );
  const outerFields = fieldsOf(outside.map(({ name }) => ({ path: `${up}${withoutSuffix(name)}`, name })));
  const fields = new Map<FieldName, Value>();
  for (const field of ["name", "description", "active"] as const) {
    const paths = [ownFields.get(field), outerFields.get(field)].filter((each) => each !== undefined);
    if (paths[0] !== undefined) fields.set(field, paths.length === 1 ? paths[0] : paths);
  }
  const parent = outerFields.get("sku");
  if (parent !== undefined) fields.set("parent_sku", parent);
  const used = new Set([...ownFields.values(), ...outerFields.values()]);
  const kept = [
    ...outside.map((column) => ({ column, path: `${up}${withoutSuffix(column.name)}` })),
    // Omit the values directly below an element: the import makes attributes of them without a statement.
    ...inside.map((column) => ({ column, path: insidePath(column) })).filter(({ path: own }) => own.includes("/")),
  ].filter(({ path: own }) => !used.has(own));
  return {
    file: { kind, each: path },
    key: insidePath(table.columns[key] as Column),
    ...Object.fromEntries([...fields].map(([field, value]) => [FIELD_STATEMENTS[field], value])),
    attributes: attributesOf(kept.slice(0, MAX_ATTRIBUTES), inside.map(insidePath)),
  };
}

/** Compares the names with the names of fields. Returns the path of each recognized field. */
function fieldsOf(named: readonly { path: string; name: string }[]): Map<FieldName, string> {
  const targets = matchColumns(named.map(({ name }) => withoutSuffix(name)));
  return new Map(
    targets.flatMap(({ target }, i) =>
      target === "attribute" || target === "ignored" || target === "used"
        ? []
        : [[target, (named[i] as { path: string }).path] as const],
    ),
  );
}

/** Names each attribute by the last name of its path, or by the whole path if another attribute has that name.
 * @param others the paths of values that become attributes without a statement */
function attributesOf(
  kept: readonly { column: Column; path: string }[],
  others: readonly string[],
): Record<string, Value> {
  const counts = new Map<string, number>();
  const names = [...kept.map(({ column }) => lastName(withoutSuffix(column.name))), ...others];
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(
    kept.map(({ column, path }) => {
      const whole = withoutSuffix(column.name);
      const name = lastName(whole);
      const isList = path.startsWith("..") && column.name.endsWith(LIST_SUFFIX);
      return [
        counts.get(name) === 1 && !isReservedName(name) ? name : whole,
        isList ? { from: path, all: true } : path,
      ];
    }),
  );
}

function samplesOf(rows: Table["rows"], position: number): string[] {
  const texts = new Set<string>();
  for (const cell of valuesOf(rows, position)) {
    for (const text of [parseListCell(cell) ?? cell].flat()) {
      texts.add(text);
      if (texts.size === SAMPLES) return [...texts];
    }
  }
  return [...texts];
}
