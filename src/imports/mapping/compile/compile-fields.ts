// Compiles the values of a product's fields.
import { kindOf, FIELD_NAMES, type FieldName } from "../../../catalog/product/column-lists.ts";
import type { FieldKind } from "../../../catalog/product/product-columns.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import type { Step, ValueNode } from "../plan.ts";
import { PLAIN_NUMBER } from "../steps/number.ts";
import { compileValue, type CompileContext } from "./compile-value.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** The statement of a mapping for each field. */
export const FIELD_STATEMENTS = {
  sku: "key",
  name: "name",
  description: "description",
  active: "active",
  parent_sku: "parent",
} as const satisfies Record<FieldName, keyof Mapping>;

/** Whether the texts of each field are trimmed by default. */
const IS_TRIMMED: Record<FieldName, boolean> = {
  sku: true,
  name: false,
  description: false,
  active: true,
  parent_sku: true,
};

/** @param isComputed whether all values are computed; if false, a value may be a plain copy of a cell */
export function compileFields(
  context: CompileContext,
  mapping: Mapping,
  isComputed = false,
): { target: FieldName; value: ValueNode }[] {
  return FIELD_NAMES.flatMap((target) => {
    const statement = FIELD_STATEMENTS[target];
    const value = mapping[statement];
    if (value === undefined) return [];
    const node = compileValue(context, value, { statement, trim: IS_TRIMMED[target] });
    if (node === null) return [];
    if (target === "sku" && looksUp(node))
      throw invalidMapping(
        statement,
        "a key cannot be looked up in a table, because tables are complete only at the end of the file",
        because("mapping-looked-up-key"),
      );
    if (isList(node))
      throw invalidMapping(statement, 'it must be a text, not a list; use "join"', because("mapping-list"));
    const steps = [...node.steps, ...matchSteps(target, mapping), ...lastSteps(kindOf(target), node, isComputed)];
    const whole = {
      ...node,
      ...(readsList(node) ? { list: false } : {}),
      steps,
      is_distinct: target === "sku" && isDistinct(node),
    };
    return [{ target, value: target === "sku" ? refusingLists(withCheckedParts(whole), node) : whole }];
  });
}

/**
 * Whether the row is rejected if a column of a joined key, other than the last column, contains the separator. Without this rule, different
 * rows could have the same key: with the separator `-`, both `A-B` with `C` and `A` with `B-C` become `A-B-C`.
 */
const isDistinct = ({ use, need_all, separator, sources }: ValueNode): boolean =>
  use === "join" && need_all && separator !== "" && sources.length > 1;

/**
 * Marks the key and the values that it consists of: if a source of a marked value is damaged, such as `#N/A` or `4.00638E+12`, the row is
 * rejected. A value that is looked up in a value map is not marked, because the map may contain words such as `N/A`.
 */
function withCheckedParts(node: ValueNode): ValueNode {
  const sources = node.sources.map((source) => (typeof source === "number" ? source : withCheckedParts(source)));
  const isMapped = node.use !== "join" && node.steps.some(({ step }) => step === "map");
  return { ...node, sources, ...(isMapped ? {} : { is_key_part: true }) };
}

/**
 * Marks each value of a key that reads a column of lists, so that a list rejects the row. Otherwise, one element of the list, or the joined
 * elements, would silently become the key. A mapping can allow lists: with `"list": false`, the key is the first element, and a `join` of a
 * single source joins the elements.
 * @param given the value as the mapping defines it
 */
function refusingLists(node: ValueNode, given: ValueNode): ValueNode {
  if (given.list === false || (given.use === "join" && given.sources.length === 1)) return node;
  const sources = node.sources.map((source, i) =>
    typeof source === "number" ? source : refusingLists(source, given.sources[i] as ValueNode),
  );
  return { ...node, sources, ...(node.lists === undefined ? {} : { refuses_lists: true }) };
}

const looksUp = ({ sources, steps }: ValueNode): boolean =>
  steps.some(({ step }) => step === "lookup") ||
  sources.some((source) => typeof source !== "number" && looksUp(source));

/** Returns the step that normalizes a key if keys are compared as GTINs. */
const matchSteps = (target: FieldName, { match }: Mapping): Step[] =>
  target === "sku" && match?.as === "gtin" ? [{ step: "gtin" }] : [];

/** Whether the value reads a cell that may be a list. A field takes the first element. */
const readsList = ({ lists, sources }: ValueNode): boolean =>
  lists !== undefined || sources.some((source) => typeof source !== "number" && readsList(source));

/** Whether the value is a list. */
export const isList = ({ use, steps, list }: ValueNode): boolean =>
  list ?? (use === "all" || steps.some(({ step }) => step === "split"));

/**
 * Returns the step that converts a computed value to the type of its field. Returns no step if the mapping already contains this step, or
 * if the value is an unchanged cell: the scan checks such cells.
 */
function lastSteps(kind: FieldKind, { steps, sources, constant, fallback }: ValueNode, isComputed: boolean): Step[] {
  const isCopy = steps.length === 0 && sources.length === 1 && typeof sources[0] === "number" && fallback === null;
  if (isCopy && constant === null && !isComputed) return [];
  switch (kind) {
    case "text":
      return [];
    case "boolean":
      return steps.some(({ step }) => step === "yes_no") ? [] : [{ step: "yes_no", yes: [], no: [] }];
    case "number":
      return steps.some(({ step }) => step === "number") ? [] : [{ step: "number", format: PLAIN_NUMBER, scale: 0 }];
  }
}
