// Determines the columns that the mapper appends, and upper bounds for the bytes that they add to a record.
import type { FieldName } from "../../../catalog/product/column-lists.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";
import { cutText } from "../../../../contract/faults.ts";
import type { AttributeNode, PairNode, PlanColumn, ValueNode } from "../plan.ts";
import { sizeOf, sum, type Bound } from "../value-size.ts";

export interface ComputedValues {
  names: readonly string[];
  fields: readonly { target: FieldName; value: ValueNode }[];
  attributes: readonly AttributeNode[];
  pairs: readonly PairNode[];
  /** The columns whose blank cells remove attributes. */
  removed: ReadonlySet<number>;
  erases: boolean;
  /** Whether records can delete their products. */
  deletes: boolean;
}

export function planColumns(computed: ComputedValues): PlanColumn[] {
  const { names, fields, attributes, pairs, removed, erases, deletes } = computed;
  // The column `delete` is first, and the attributes are last: the scan appends `delete` and the fields, but leaves out the attributes.
  const columns: PlanColumn[] = deletes ? [{ name: "delete_when", target: "delete", computed: true }] : [];
  const fieldColumns = fields.map(({ target, value }): PlanColumn => {
    const sources = [...new Set(columnsOfValue(value))].map((column) => (names[column] ?? "").trim());
    return { name: cutText(sources.slice(0, 3).join(", "), 200) || target, target, computed: true };
  });
  columns.push(...fieldColumns);
  if (attributes.length > 0 || pairs.length > 0)
    columns.push({
      name: "attributes",
      target: "members",
      computed: true,
      removable: attributes.flatMap(({ name, value }) =>
        typeof name === "string" && columnsOfValue(value).some((column) => removed.has(column)) ? [name] : [],
      ),
    });
  if (erases && attributes.length > 0) columns.push({ name: "removed attributes", target: "removals", computed: true });
  const [first, ...others] = columns;
  return first === undefined ? [] : [{ ...first, ...sizesOf(computed) }, ...others];
}

export const columnsOfValue = ({ sources }: ValueNode): number[] =>
  sources.flatMap((source) => (typeof source === "number" ? [source] : columnsOfValue(source)));

/**
 * Returns two bounds, so that the scan can make smaller chunks. `added_bytes`: the bytes that names and constants add to each record.
 * `copies`: the maximum number of times that the values of a record repeat one of its cells.
 */
function sizesOf({ fields, attributes, pairs }: ComputedValues): { added_bytes: number; copies: number } {
  const bounds = fields.map(({ value }) => sizeOf(value).bytes);
  for (const { name, value } of attributes) {
    bounds.push(sizeOf(value).bytes);
    if (typeof name === "string") bounds.push(constant(Buffer.byteLength(JSON.stringify(name)) + 4));
    else
      for (const part of name) bounds.push("column" in part ? cellOf(part.column, 1) : constant(MAX_NAME_PART_BYTES));
  }
  for (const pair of pairs) {
    // A pair such as `a=b` has at least three bytes in its cell. JSON adds up to six bytes of punctuation, so a pair becomes at most three
    // times as long.
    if (pair.kind === "in") bounds.push(cellOf(pair.column, 3));
    else if (pair.kind === "nested") bounds.push(cellOf(pair.column, copiesOfNested(pair)));
    else
      for (const value of [pair.name, pair.value, ...(pair.unit === null ? [] : [pair.unit, pair.name])])
        bounds.push(sizeOf(value).bytes);
    bounds.push(constant(20));
  }
  const { fixed, columns } = sum(bounds);
  return { added_bytes: Math.ceil(fixed), copies: Math.max(1, ...columns.values()) };
}

/** Minimum number of bytes of an object with a name and a value, as in `{"a":"b"},`. */
const MIN_OBJECT_BYTES = 10;

/** Returns the maximum ratio of the bytes of the computed attributes to the bytes of the JSON objects from which they are computed.
 * Constants and punctuation count once per object, and an object has at least MIN_OBJECT_BYTES bytes. */
function copiesOfNested({ name, value, unit }: PairNode & { kind: "nested" }): number {
  const bounds = [name, value, ...(unit === null ? [] : [unit, name])].map((part) => sizeOf(part).bytes);
  const fixed = bounds.reduce((total, bound) => total + bound.fixed + 20, 0);
  return bounds.reduce((total, bound) => total + Math.max(0, ...bound.columns.values()), fixed / MIN_OBJECT_BYTES);
}

/** Maximum number of bytes of a text in the name of an attribute, or of a text that matched a placeholder. */
const MAX_NAME_PART_BYTES = MAX_ATTRIBUTE_NAME_CHARACTERS * 4;

const constant = (bytes: number): Bound => ({ fixed: bytes, columns: new Map() });
const cellOf = (column: number, copies: number): Bound => ({ fixed: 0, columns: new Map([[column, copies]]) });
