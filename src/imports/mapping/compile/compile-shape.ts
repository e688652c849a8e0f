// Compiles a mapping with which the rows of a file form products together: groups, kinds, overlays, links and lookup tables.
import type { FieldName } from "../../../catalog/product/column-lists.ts";
import { FIELD_NAMES } from "../../../catalog/product/column-lists.ts";
import { cutText } from "../../../../contract/faults.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import type { Condition, Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import type { ConditionNode, PlanColumn, ProductNode, ShapePlan, TableNode, ValueNode } from "../plan.ts";
import { compileAttributes } from "./compile-attributes.ts";
import { compileCondition } from "./compile-condition.ts";
import { compileFields } from "./compile-fields.ts";
import { compilePairs } from "./compile-pairs.ts";
import { comparable, compileValue, type CompileContext } from "./compile-value.ts";
import { refuseEarlyValues } from "./early-values.ts";
import { invalidMapping } from "./invalid.ts";
import { keptAttributes } from "./kept-attributes.ts";
import { matchAll } from "./kept-columns.ts";
import { columnsOfValue } from "./plan-columns.ts";

/** Whether the rows of the file form products together. */
export const isShaped = ({ group, kinds, overlay, repeats, links, tables }: Mapping): boolean =>
  [group, kinds, overlay, links, tables].some((statement) => statement !== undefined) || repeats === "merge";

export interface CompiledShape {
  shape: ShapePlan;
  /** The columns of the text to which the formed products are written (shape/products-text.ts). */
  columns: PlanColumn[];
}

interface ShapedFile {
  /** The columns of the file, each with the attribute that it becomes. */
  columns: readonly Column[];
  /** The columns whose blank cells remove attributes. */
  removed: ReadonlySet<number>;
  ignore: readonly ConditionNode[];
  /** Whether rows can delete their products. */
  deletes: boolean;
}

/** @throws Problem `mapping-invalid` */
export function compileShape(
  context: CompileContext,
  mapping: Mapping,
  { columns, removed, ignore, deletes }: ShapedFile,
): CompiledShape {
  const group = mapping.group === undefined ? null : compileGroup(context, mapping.group);
  const kinds = mapping.kinds === undefined ? null : compileKinds(context, mapping.kinds);
  const overlay = mapping.overlay === undefined ? null : compileOverlay(context, mapping.overlay);
  const links = (mapping.links ?? []).flatMap(({ children }, i) => {
    const node = compileValue(context, children, { statement: `links.${i}.children`, trim: true });
    return node === null ? [] : [node];
  });
  const products = kindsOf(mapping).map((each) => compileProduct(context, each));
  const tables = Object.entries(mapping.tables ?? {}).map(([name, table]) => compileTable(context, name, table));
  const declared = products.flatMap(({ attributes }) => attributes);
  const kept = keptAttributes(context, mapping, columns, declared);
  const shape: ShapePlan = {
    group,
    kinds,
    products,
    kept,
    overlay,
    merges: mapping.repeats === "merge",
    links,
    tables,
  };
  refuseEarlyValues(
    shape,
    ignore,
    columns.map(({ name }) => name),
  );
  const deletion: PlanColumn[] = deletes ? [{ name: "delete_when", target: "delete" }] : [];
  const erases = (mapping.empty ?? []).length > 0;
  return { shape, columns: [...productColumns(shape, columns, removed, erases), ...deletion] };
}

type Group = NonNullable<Mapping["group"]>;

function compileGroup(context: CompileContext, { by, begins, fill, adds }: Group): NonNullable<ShapePlan["group"]> {
  return {
    by: by === undefined ? null : required(unusedValue(context, by, "group.by"), "group.by"),
    begins: begins === undefined ? null : required(beginningOf(context, begins), "group.begins"),
    fill: [...matchAll(context.file, fill ?? [])],
    adds: (adds ?? []).flatMap((each, i) => compileCondition(context, each, `group.adds.${i}`) ?? []),
  };
}

function required<Node>(node: Node | null, statement: string): Node {
  if (node === null) throw invalidMapping(statement, "the file lacks its columns", because("mapping-lacks-columns"));
  return node;
}

/** Compiles a value that does not count as a use of its columns, so that the mapping can still import them. */
function unusedValue(context: CompileContext, value: Value, statement: string): ValueNode | null {
  const unused: CompileContext = { ...context, used: new Set() };
  const node = compileValue(unused, value, { statement, trim: true });
  context.sources = unused.sources;
  return node;
}

/** Compiles the condition under which a row begins a new group. If the mapping only names a column, a row begins a group if its cell in
 * this column is not blank. */
const beginningOf = (context: CompileContext, begins: string | Condition): ConditionNode | null =>
  compileCondition(context, typeof begins === "string" ? { of: begins, not: "" } : begins, "group.begins");

function compileKinds(context: CompileContext, kinds: NonNullable<Mapping["kinds"]>): NonNullable<ShapePlan["kinds"]> {
  const by = required(compileValue(context, kinds.by, { statement: "kinds.by", trim: true }), "kinds.by");
  const names = Object.keys(kinds.when).map(comparable);
  if (new Set(names).size < names.length)
    throw invalidMapping(
      "kinds.when",
      "two of its kinds differ only by case or blanks",
      because("mapping-equal-values"),
    );
  return { by, names, else: kinds.else ?? "reject" };
}

/** Returns one mapping for each row kind in `kinds.when`: the statements of the kind replace those of the mapping, and its attributes are
 * added. A mapping without `kinds` is returned alone and unchanged. */
const kindsOf = (mapping: Mapping): Mapping[] =>
  mapping.kinds === undefined
    ? [mapping]
    : Object.values(mapping.kinds.when).map(({ attributes, key = mapping.key, ...own }) => ({
        ...mapping,
        ...own,
        key,
        attributes: { ...mapping.attributes, ...attributes },
      }));

function compileProduct(context: CompileContext, mapping: Mapping): ProductNode {
  return {
    fields: compileFields(context, mapping, true),
    attributes: compileAttributes(context, mapping.attributes ?? {}),
    pairs: compilePairs(context, mapping.pairs ?? []),
  };
}

type Overlay = NonNullable<Mapping["overlay"]>;

/** Compiles `overlay`, with which rows can change a product in one layer, such as a language. Returns null if the file lacks the column
 * that contains the layer of each row. Every row is then a product itself. */
function compileOverlay(context: CompileContext, { by, base, active_name }: Overlay): ShapePlan["overlay"] {
  const column = context.file.find(by);
  if (column === -1) {
    context.file.lack(by);
    return null;
  }
  context.file.note([column]);
  context.used.add(column);
  return { by: column, base: base.map(comparable), active_name: active_name ?? "active" };
}

type Table = NonNullable<Mapping["tables"]>[string];

function compileTable(context: CompileContext, name: string, { record, key, value, parent, join }: Table): TableNode {
  const found = { name, is_path: parent !== undefined, join: join ?? null };
  if (record !== ".") return { ...found, entry: null };
  const entryKey = unusedValue(context, key, `tables.${name}.key`);
  const entryValue = unusedValue(context, value, `tables.${name}.value`);
  if (entryKey === null || entryValue === null) return { ...found, entry: null };
  const entryParent = parent === undefined ? null : unusedValue(context, parent, `tables.${name}.parent`);
  return { ...found, entry: { key: entryKey, value: entryValue, parent: entryParent } };
}

/** Returns the columns of the text to which the formed products are written (shape/products-text.ts): the position of each product's
 * record in the file, the SKU, the fields that the mapping sets for at least one kind of rows, the attributes, and the names of the fields
 * that erase markers erase. */
function productColumns(
  { products, kept, overlay, links }: ShapePlan,
  columns: readonly Column[],
  removed: ReadonlySet<number>,
  erases: boolean,
): PlanColumn[] {
  const sourcesOf = (target: FieldName): string => {
    const used = products.flatMap(({ fields }) =>
      fields.filter((field) => field.target === target).flatMap(({ value }) => columnsOfValue(value)),
    );
    return [...new Set(used)]
      .slice(0, 3)
      .map((column) => columns[column]?.name ?? "")
      .join(", ");
  };
  const isSet = (target: FieldName): boolean =>
    target === "sku" ||
    (target === "parent_sku" && links.length > 0) ||
    products.some((product) => product.fields.some((field) => field.target === target));
  const fields = FIELD_NAMES.filter(isSet).map((target): PlanColumn => ({
    name: cutText(sourcesOf(target), 200) || target,
    target,
  }));
  const attributes = [...products.flatMap((product) => product.attributes), ...kept];
  const hasMembers = attributes.length > 0 || overlay !== null || products.some(({ pairs }) => pairs.length > 0);
  const removable = attributes.flatMap(({ name, value }) =>
    typeof name === "string" && columnsOfValue(value).some((column) => removed.has(column)) ? [name] : [],
  );
  return [
    { name: "row", target: "source_row" },
    { name: "line", target: "source_line" },
    { name: "position", target: "source_at" },
    { name: "bytes", target: "source_bytes" },
    ...fields,
    ...(hasMembers
      ? [{ name: "attributes", target: "members", removable: [...new Set(removable)] } satisfies PlanColumn]
      : []),
    ...(erases ? ERASING : []),
  ];
}

const ERASING: readonly PlanColumn[] = [
  { name: "removed attributes", target: "removals" },
  { name: "erased fields", target: "erases" },
];
