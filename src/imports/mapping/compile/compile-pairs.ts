// Compiles pairs: attributes whose names come from the data.
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { OBJECTS_SUFFIX } from "../../read/tree/objects.ts";
import type { PairNode, ValueNode } from "../plan.ts";
import { columnsOf, comparable, compileValue, templateOf, type CompileContext } from "./compile-value.ts";
import { compileNested } from "../tree/compile-nested.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

type Pair = NonNullable<Mapping["pairs"]>[number];
type Value = NonNullable<Pair["value"]>;

/** Maximum number of pairs of a mapping, counted after patterns have been expanded. */
const MAX_PAIRS = 4000;

export function compilePairs(context: CompileContext, pairs: readonly Pair[]): PairNode[] {
  const nodes = pairs.flatMap((pair, i) => compilePair(context, pair, `pairs.${i}`));
  if (nodes.length > MAX_PAIRS)
    throw invalidMapping(
      "pairs",
      `they match more than ${MAX_PAIRS.toLocaleString("en")} columns of the file`,
      because("mapping-too-large"),
    );
  return nodes;
}

function compilePair(context: CompileContext, pair: Pair, statement: string): PairNode[] {
  if ((pair.each === undefined) === (pair.in === undefined))
    throw invalidMapping(statement, 'use either "each" or "in"', because("mapping-either", { members: "each | in" }));
  return pair.each === undefined ? compileCell(context, pair, statement) : compileSeries(context, pair, statement);
}

/** Compiles pairs whose names and values are in numbered columns. Gaps in the numbers do not matter. */
function compileSeries(context: CompileContext, pair: Pair, statement: string): PairNode[] {
  const { each = "", name = each, value, unit } = pair;
  const objects = context.file.find(each + OBJECTS_SUFFIX);
  if (objects !== -1) return [compileNested(context, pair, statement, objects)];
  if (value === undefined)
    throw invalidMapping(statement, 'it needs "value"', because("mapping-needs", { members: "value" }));
  const matches = context.file.match(each);
  if (matches.length === 0) context.file.lack(each);
  if (matches.length > MAX_PAIRS)
    throw invalidMapping(statement, "it matches too many columns of the file", because("mapping-too-large"));
  const numbers = new Set(matches.map(({ number }) => number));
  context.file.note(matches.map(({ column }) => column));
  return [...numbers].flatMap((number): PairNode[] => {
    const valueOf = (part: Value, member: string, trim: boolean): ValueNode | null =>
      compileValue(context, part, { statement: `${statement}.${member}`, trim, number: number || undefined });
    const compiledName = valueOf(name, "name", true);
    const compiledValue = valueOf(value, "value", false);
    if (compiledName === null || compiledValue === null) return [];
    return [
      {
        kind: "each",
        name: { ...compiledName, list: false },
        value: compiledValue,
        unit: unit === undefined ? null : valueOf(unit, "unit", true),
        without: (pair.without ?? []).map(comparable),
        list: pair.list === true,
      },
    ];
  });
}

/** Compiles pairs for columns whose cells contain several pairs each. */
function compileCell(context: CompileContext, pair: Pair, statement: string): PairNode[] {
  if (pair.pair === undefined && pair.like === undefined)
    throw invalidMapping(
      statement,
      'it needs "pair" or "like", which separate the name from the value',
      because("mapping-needs", { members: "pair | like" }),
    );
  if (pair.name !== undefined || pair.value !== undefined || pair.unit !== undefined)
    throw invalidMapping(
      statement,
      '"name", "value" and "unit" can only be used with "each"; use "like" instead',
      because("mapping-pairs", { members: "name, value, unit" }),
    );
  const template = pair.like === undefined ? null : templateOf(pair.like, `${statement}.like`, true);
  if (template !== null && !template.some((token) => "hole" in token && token.hole === "name"))
    throw invalidMapping(
      `${statement}.like`,
      "the template needs the placeholder {name}",
      because("mapping-needs-placeholder", { placeholder: "{name}" }),
    );
  return columnsOf(context, pair.in ?? "").map((column): PairNode => {
    context.used.add(column);
    return {
      kind: "in",
      column,
      split: pair.split ?? "",
      pair: pair.pair ?? "",
      like: template === null ? null : { text: pair.like ?? "", template },
      without: (pair.without ?? []).map(comparable),
      list: pair.list === true,
    };
  });
}
