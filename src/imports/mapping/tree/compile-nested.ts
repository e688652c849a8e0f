// Compiles the mapping's `pairs` for elements of an XML or JSON file. In these pairs, names and values are read from paths within the
// element instead of columns.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import type { Condition, Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { comparable, compileValue, type CompileContext } from "../compile/compile-value.ts";
import { createFileColumns } from "../compile/file-columns.ts";
import { invalidMapping } from "../compile/invalid.ts";
import type { PairNode, ValueNode } from "../plan.ts";

type Pair = NonNullable<Mapping["pairs"]>[number];

/** @param column the column that contains the elements as objects */
export function compileNested(context: CompileContext, pair: Pair, statement: string, column: number): PairNode {
  const { name, value, unit } = pair;
  if (name === undefined || value === undefined)
    throw invalidMapping(
      statement,
      'it needs "name" and "value"',
      because("mapping-needs", { members: "name, value" }),
    );
  const names = [...new Set([name, value, unit].flatMap(namesOf))];
  // Any of the values may occur several times in an element.
  const file = createFileColumns(names.map((each) => each + LIST_SUFFIX));
  const nested: CompileContext = { ...context, file, used: new Set() };
  const valueOf = (part: Value, member: string, trim: boolean): ValueNode => {
    const node = compileValue(nested, part, { statement: `${statement}.${member}`, trim });
    if (node === null)
      throw invalidMapping(
        `${statement}.${member}`,
        "it names no value of the element",
        because("mapping-needs", { members: "from" }),
      );
    return ofColumn(node, column);
  };
  context.file.note([column]);
  context.used.add(column);
  const compiled: PairNode = {
    kind: "nested",
    column,
    names,
    name: { ...valueOf(name, "name", true), list: false },
    value: valueOf(value, "value", false),
    unit: unit === undefined ? null : { ...valueOf(unit, "unit", true), list: false },
    without: (pair.without ?? []).map(comparable),
    list: pair.list === true,
  };
  context.sources = nested.sources;
  return compiled;
}

/** Returns the value with `column` as the column that messages about the value show. */
const ofColumn = (node: ValueNode, column: number): ValueNode => ({
  ...node,
  column,
  sources: node.sources.map((source) => (typeof source === "number" ? source : ofColumn(source, column))),
});

/** Returns the paths that the value and its conditions read. The paths are relative to the element. */
function namesOf(value: Value | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(namesOf);
  return [...namesOf(value.from), ...namesOfCondition(value.if), ...namesOfCondition(value.unless)];
}

function namesOfCondition(condition: Condition | undefined): string[] {
  if (condition === undefined) return [];
  const { blank = [], of, any = [] } = condition;
  return [...[blank].flat(), ...namesOf(of), ...any.flatMap(namesOfCondition)];
}
