// Compiles a mapping for the columns of one file.
import { attributeColumns } from "../read/columns/match-columns.ts";
import { FIELD_NAMES, kindOf, type FieldName } from "../../catalog/product/column-lists.ts";
import { isTrimmed } from "../../catalog/product/product.ts";
import type { Column } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { compileAttributes } from "./compile/compile-attributes.ts";
import { compileCondition } from "./compile/compile-condition.ts";
import { compileFields } from "./compile/compile-fields.ts";
import { compilePairs } from "./compile/compile-pairs.ts";
import { compileShape, isShaped } from "./compile/compile-shape.ts";
import type { CompileContext } from "./compile/compile-value.ts";
import { createFileColumns, type FileColumns } from "./compile/file-columns.ts";
import { keptAttributes } from "./compile/kept-attributes.ts";
import { matchAll } from "./compile/kept-columns.ts";
import { planColumns } from "./compile/plan-columns.ts";
import { usesOf } from "./compile/used-for.ts";
import { PLAN_VERSION, type AttributeNode, type ConditionNode, type MappingPlan, type ValueNode } from "./plan.ts";
import { excessiveConstants } from "./run/row-work.ts";

export interface CompiledMapping {
  /** The columns of the file, in file order. */
  columns: Column[];
  /** What to compute for each record; null if the mapping only copies columns. */
  plan: MappingPlan | null;
  /** Names and patterns of columns that the mapping uses and the file lacks. */
  missing: string[];
  /** Columns of the file that no statement of the mapping names. */
  unused: string[];
}

/** Compiles the mapping for a file with this header.
 * @throws Problem `mapping-invalid`, which names the statement */
export function compileMapping(mapping: Mapping, header: readonly string[]): CompiledMapping {
  const file = createFileColumns(header);
  const named = attributeColumns(header);
  const context = contextOf(mapping, file);
  const ignore = (mapping.ignore ?? []).flatMap((each, i) => compileCondition(context, each, `ignore.${i}`) ?? []);
  const deleteWhen =
    mapping.delete_when === undefined ? null : compileCondition(context, mapping.delete_when, "delete_when");
  if (isShaped(mapping)) return compileShaped(context, mapping, named, { ignore, delete_when: deleteWhen });
  const fields = compileFields(context, mapping);
  const declared = compileAttributes(context, mapping.attributes ?? {});
  const pairs = compilePairs(context, mapping.pairs ?? []);
  const kept = keptAttributes(context, mapping, named, declared);
  const removed = matchAll(file, mapping.blank?.remove ?? []);
  const rejected = [...matchAll(file, mapping.blank?.reject ?? [])];
  const empty = (mapping.empty ?? []).map((marker) => marker.trim());

  const targets = assignTargets(fields, [...declared, ...kept], empty.length > 0);
  const uses = usesOf({ names: header, fields: targets.fields, attributes: targets.attributes, pairs });
  const columns = named.map((column, index): Column => {
    const copied = columnOf(column, targets.copied.get(index), removed.has(index));
    const used = uses.get(index);
    if (used === undefined) return copied;
    return { ...copied, target: copied.target === "ignored" ? "used" : copied.target, used_for: [...used] };
  });
  const found = {
    columns,
    missing: [...file.missing],
    unused: named.filter((_, index) => !file.named.has(index)).map(({ name }) => name),
  };
  const { fields: computedFields, attributes } = targets;
  const isCopy = [computedFields, attributes, pairs, ignore, rejected].every((statements) => statements.length === 0);
  if (isCopy && deleteWhen === null) return { ...found, plan: null };
  const erasing = { erases: empty.length > 0, deletes: deleteWhen !== null };
  const plan: MappingPlan = {
    version: PLAN_VERSION,
    width: header.length,
    names: named.map(({ name }) => name),
    columns: planColumns({ names: header, fields: computedFields, attributes, pairs, removed, ...erasing }),
    fields: computedFields,
    attributes,
    pairs,
    ignore,
    ...(deleteWhen === null ? {} : { delete_when: deleteWhen }),
    reject_blank: rejected,
    empty,
    copied: columns.flatMap(({ name, target, attribute = name }, column) =>
      target === "attribute" ? [{ name: attribute, column }] : [],
    ),
  };
  refuseExcess(plan);
  return { ...found, plan };
}

const contextOf = (mapping: Mapping, file: FileColumns): CompileContext => ({
  file,
  used: new Set(),
  sources: 0,
  entries: { count: 0 },
  conditionOf: compileCondition,
  has_group: mapping.group !== undefined,
  tables: new Set(Object.keys(mapping.tables ?? {})),
});

/** Compiles a mapping for which `isShaped` is true. The plan computes every value, even one that is a plain copy of a column. In other
 * mappings, plain copies are not computed (see `assignTargets`). */
function compileShaped(
  context: CompileContext,
  mapping: Mapping,
  named: readonly Column[],
  conditions: { ignore: MappingPlan["ignore"]; delete_when: ConditionNode | null },
): CompiledMapping {
  const { file } = context;
  const { ignore, delete_when } = conditions;
  const names = named.map(({ name }) => name);
  const removed = matchAll(file, mapping.blank?.remove ?? []);
  const rejected = [...matchAll(file, mapping.blank?.reject ?? [])];
  const { shape, columns } = compileShape(context, mapping, {
    columns: named,
    removed,
    ignore,
    deletes: delete_when !== null,
  });
  const uses = usesOf({
    names,
    fields: shape.products.flatMap(({ fields }) => fields),
    attributes: [...shape.products.flatMap(({ attributes }) => attributes), ...shape.kept],
    pairs: shape.products.flatMap(({ pairs }) => pairs),
  });
  for (const product of shape.products)
    refuseExcess({ ...product, ignore, ...(delete_when === null ? {} : { delete_when }) });
  return {
    columns: named.map(({ name }, index): Column => {
      const used = uses.get(index);
      if (used !== undefined) return { name, target: "used", used_for: [...used] };
      return { name, target: context.used.has(index) ? "used" : "ignored" };
    }),
    missing: [...file.missing],
    unused: named.filter((_, index) => !file.named.has(index)).map(({ name }) => name),
    plan: {
      version: PLAN_VERSION,
      width: names.length,
      names,
      columns,
      fields: [],
      attributes: [],
      pairs: [],
      ignore,
      ...(delete_when === null ? {} : { delete_when }),
      reject_blank: rejected,
      empty: (mapping.empty ?? []).map((marker) => marker.trim()),
      copied: [],
      shape,
    },
  };
}

/** @throws Problem `mapping-invalid` if conditions and steps would read too many bytes of the mapping's constant texts for each row */
function refuseExcess(plan: Parameters<typeof excessiveConstants>[0]): void {
  const excess = excessiveConstants(plan);
  if (excess !== undefined) throw excess;
}

/** The fields whose texts an import stores with their white space. */
const TEXTS_AS_WRITTEN: readonly FieldName[] = FIELD_NAMES.filter(
  (field) => kindOf(field) === "text" && !isTrimmed(field),
);

/** What a column of the file is copied to. */
type Copy = { field: FieldName } | { attribute: string };

interface Targets {
  copied: Map<number, Copy>;
  fields: { target: FieldName; value: ValueNode }[];
  attributes: AttributeNode[];
}

/** Separates the values that are copies of a column from those that must be computed. A column can be copied to one target only.
 * @param erases whether the mapping has markers that erase values. If so, no value is a plain copy */
function assignTargets(
  fields: readonly { target: FieldName; value: ValueNode }[],
  attributes: readonly AttributeNode[],
  erases: boolean,
): Targets {
  const copied = new Map<number, Copy>();
  const copy = (value: ValueNode, to: Copy): boolean => {
    // Every import trims keys and ignores white space around yes and no. In other fields and in attributes, trimming changes the text, so a
    // trimmed value is computed and not copied.
    if (value.trim && ("attribute" in to || TEXTS_AS_WRITTEN.includes(to.field))) return false;
    const column = value.sources[0];
    if (erases || !isCopyOfColumn(value) || typeof column !== "number" || copied.has(column)) return false;
    copied.set(column, to);
    return true;
  };
  return {
    copied,
    fields: fields.filter(({ target, value }) => !copy(value, { field: target })),
    attributes: attributes.filter(({ name, value }) => typeof name !== "string" || !copy(value, { attribute: name })),
  };
}

/** Whether the value is the unchanged text of a single column. */
const isCopyOfColumn = ({ sources, steps, use, list, fallback, condition, without }: ValueNode): boolean =>
  sources.length === 1 &&
  steps.length === 0 &&
  use !== "all" &&
  list === null &&
  fallback === null &&
  condition === undefined &&
  without === undefined;

function columnOf({ name, is_list }: Column, copy: Copy | undefined, isRemoved: boolean): Column {
  if (copy === undefined) return { name, target: "ignored" };
  if ("field" in copy) return { name, target: copy.field };
  const blank = isRemoved ? "remove" : "keep";
  const renamed = copy.attribute === name ? {} : { attribute: copy.attribute };
  return { name, target: "attribute", ...renamed, blank, ...(is_list === true ? { is_list } : {}) };
}
