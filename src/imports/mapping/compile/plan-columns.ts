// Determines the columns that the mapper appends, and bounds for the bytes that it adds to a record.
import type { FieldName } from "../../../catalog/product/column-lists.ts";
import type { AttributeNode, PairNode, PlanColumn, Step, ValueNode } from "../plan.ts";

export interface ComputedValues {
  names: readonly string[];
  fields: readonly { target: FieldName; value: ValueNode }[];
  attributes: readonly AttributeNode[];
  pairs: readonly PairNode[];
  /** The columns whose blank cells remove attributes. */
  removed: ReadonlySet<number>;
  erases: boolean;
}

export function planColumns(computed: ComputedValues): PlanColumn[] {
  const { names, fields, attributes, pairs, removed, erases } = computed;
  const columns = fields.map(({ target, value }): PlanColumn => {
    const sources = [...new Set(columnsOfValue(value))].map((column) => (names[column] ?? "").trim());
    return { name: sources.slice(0, 3).join(", ").slice(0, 200) || target, target, computed: true };
  });
  const sizes = sizesOf(computed);
  if (attributes.length > 0 || pairs.length > 0)
    columns.push({
      name: "attributes",
      target: "members",
      computed: true,
      removable: attributes.flatMap(({ name, value }) =>
        typeof name === "string" && columnsOfValue(value).some((column) => removed.has(column)) ? [name] : [],
      ),
      ...sizes,
    });
  if (erases && attributes.length > 0) columns.push({ name: "removed attributes", target: "removals", computed: true });
  return columns;
}

export const columnsOfValue = ({ sources }: ValueNode): number[] =>
  sources.flatMap((source) => (typeof source === "number" ? [source] : columnsOfValue(source)));

/** The bytes that names and constants add to each record, and how many times the values can contain the text of the record: the largest
 * number of values that contain the same column. The scan makes chunks smaller by these bounds. */
function sizesOf({ fields, attributes, pairs }: ComputedValues): { added_bytes: number; copies: number } {
  const uses = new Map<number, number>();
  let added = 0;
  const use = (value: ValueNode, factor: number): void => {
    added += constantBytes(value);
    const growth = factor * growthOf(value.steps);
    for (const source of value.sources) {
      if (typeof source === "number") uses.set(source, (uses.get(source) ?? 0) + growth);
      else use(source, growth);
    }
  };
  for (const { value } of fields) use(value, 1);
  for (const { name, value } of attributes) {
    use(value, 1);
    if (typeof name === "string") added += Buffer.byteLength(JSON.stringify(name)) + 4;
    else for (const part of name) if ("column" in part) uses.set(part.column, (uses.get(part.column) ?? 0) + 1);
  }
  for (const pair of pairs) {
    // A pair takes at least three bytes in its cell. As a member, it gets up to six bytes of punctuation, so it becomes at most three
    // times as long.
    if (pair.kind === "in") uses.set(pair.column, (uses.get(pair.column) ?? 0) + 3);
    else
      for (const value of [pair.name, pair.value, ...(pair.unit === null ? [] : [pair.unit, pair.name])]) use(value, 1);
    added += 20;
  }
  return { added_bytes: added, copies: Math.max(1, ...uses.values()) };
}

function constantBytes({ constant, fallback, separator, sources, steps }: ValueNode): number {
  let bytes = textBytes(constant) + textBytes(fallback) + textBytes(separator) * sources.length;
  for (const step of steps) {
    if (step.step === "prefix" || step.step === "suffix") bytes += textBytes(step.text);
    if (step.step === "map") bytes += step.entries.reduce((longest, [, to]) => Math.max(longest, textBytes(to)), 0);
    if (step.step === "number") bytes += Math.abs(step.scale) + 1;
  }
  return bytes;
}

const textBytes = (text: string | null): number => (text === null ? 0 : Buffer.byteLength(text));

/** How many times longer the steps can make a text. */
function growthOf(steps: readonly Step[]): number {
  let growth = 1;
  for (const step of steps) {
    // An element of one character takes two bytes in its cell (with the separator) and four in JSON (with quotes and comma).
    if (step.step === "split") growth *= 2;
    if (step.step === "case") growth *= 3;
    if (step.step === "replace")
      for (const [from, to] of step.pairs) growth *= Math.max(1, textBytes(to) / Math.max(1, textBytes(from)));
  }
  return Math.min(growth, 1_000_000);
}
