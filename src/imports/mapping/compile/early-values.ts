// Refuses a mapping that reads values before they are known. Conditions that ignore rows or divide them into groups are evaluated while a
// group is still being read, so they cannot read values of the group. Lookup tables are complete only at the end of the file. If rows
// anywhere in the file can belong to one product, their keys are read in a pass of their own, before the groups are formed.
import type { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import type { ConditionNode, ShapePlan, ValueNode } from "../plan.ts";
import { invalidMapping } from "./invalid.ts";

/** A value or a condition in a statement of the mapping. */
interface Part {
  statement: string;
  value?: ValueNode | null;
  condition?: ConditionNode | null;
}

type Test = (node: ValueNode) => boolean;

const readsGroup: Test = ({ group, over_group }) => group !== undefined || over_group === true;
const readsFirstProduct: Test = ({ group }) => group !== undefined && group !== "by";
const looksUp: Test = ({ steps }) => steps.some(({ step }) => step === "lookup");

/** @param names the names of the columns of the file
 * @throws Problem `mapping-invalid` */
export function refuseEarlyValues(shape: ShapePlan, ignore: readonly ConditionNode[], names: readonly string[]): void {
  const { group, kinds, overlay, merges, links, tables } = shape;
  const filters: Part[] = [
    ...ignore.map((condition, i) => ({ statement: `ignore.${i}`, condition })),
    ...(group?.adds ?? []).map((condition, i) => ({ statement: `group.adds.${i}`, condition })),
  ];
  const bounds: Part[] = [
    { statement: "group.by", value: group?.by ?? null },
    { statement: "group.begins", condition: group?.begins ?? null },
  ];
  const kind: Part[] = [{ statement: "kinds.by", value: kinds?.by ?? null }];
  const listed: Part[] = [
    ...links.map((value, i) => ({ statement: `links.${i}.children`, value })),
    ...tables.flatMap(({ name, entry }) =>
      entry === null
        ? []
        : (["key", "value", "parent"] as const).map((part) => ({
            statement: `tables.${name}.${part}`,
            value: entry[part],
          })),
    ),
  ];
  const keys = shape.products.flatMap(({ fields }) =>
    fields.flatMap(({ target, value }): Part[] => (target === "sku" ? [{ statement: "key", value }] : [])),
  );
  refuse([...filters, ...bounds, ...listed], readsGroup, "it reads the group of a row, which is not complete yet then");
  refuse(kind, readsFirstProduct, "it reads the first product of a group, which depends on the kinds of the rows");
  refuse(listed, looksUp, "it looks a value up in a table, but the tables are complete only at the end of the file");
  if (overlay === null && !merges && links.length === 0) return;
  const together = 'if rows anywhere in the file belong together ("overlay", "links", or "repeats": "merge")';
  refuse([...kind, ...keys], readsGroup, `it cannot read the group of a row ${together}`);
  refuse([...filters, ...kind, ...keys], looksUp, `it cannot look a value up in a table ${together}`);
  const compared = new Set([...keys.flatMap(columnsOf), ...(overlay === null ? [] : [overlay.by])]);
  const column = group?.fill.find((filled) => compared.has(filled));
  if (column !== undefined) throw filledKey((names[column] ?? "").trim(), shape);
}

function filledKey(column: string, { overlay, merges }: ShapePlan): Problem {
  const member = overlay !== null ? "overlay" : merges ? "repeats" : "links";
  return invalidMapping(
    "group.fill",
    `it fills the column "${column}", but "${member}" compares the values of this column in all rows of the file before any cell is filled. Write the value into each row of the file, or leave out "${member}". If the rows with a blank cell only add values to the row above them, list them in "group.adds" instead of filling the column`,
    because("mapping-filled-key", { column, member }),
  );
}

/** @throws Problem `mapping-invalid` if one of the given statements contains a value for which `test` returns true */
function refuse(parts: readonly Part[], test: Test, detail: string): void {
  for (const part of parts) {
    if (!valuesOf(part).some(test)) continue;
    const isKey = part.statement === "key" && test === looksUp;
    throw invalidMapping(part.statement, detail, because(isKey ? "mapping-looked-up-key" : "mapping-early-value"));
  }
}

/** Returns all values of a statement, including those in its conditions. */
const valuesOf = ({ value, condition }: Omit<Part, "statement">): ValueNode[] => [
  ...(value === undefined || value === null
    ? []
    : [
        value,
        ...value.sources.flatMap(nestedIn),
        ...(value.condition?.flatMap(({ test }) => valuesOf({ condition: test })) ?? []),
      ]),
  ...(condition === undefined || condition === null
    ? []
    : [
        ...valuesOf({ value: condition.of }),
        ...(condition.any ?? []).flatMap((each) => valuesOf({ condition: each })),
      ]),
];

const nestedIn = (source: number | ValueNode): ValueNode[] =>
  typeof source === "number" ? [] : valuesOf({ value: source });

/** Returns the columns that the values of a statement read. */
const columnsOf = (part: Part): number[] =>
  valuesOf(part).flatMap(({ sources, condition = [] }) => [
    ...sources.filter((source) => typeof source === "number"),
    ...condition.flatMap(({ test }) => test?.blank ?? []),
  ]);
