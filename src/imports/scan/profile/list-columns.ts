// Asks for another column if the SKU or the name would be read from a column of lists, such as the SKUs of all variants of a product.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { cutText } from "../../../../contract/faults.ts";
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { MappingPlan, ValueNode } from "../../mapping/plan.ts";
import { elementLists } from "../../options/element-mapping.ts";
import { doubtOfKey } from "../../read/columns/key/judge-key.ts";
import { nameCandidates } from "../../read/columns/judge-name.ts";
import { attributeColumns, valuesOf } from "../../read/columns/match-columns.ts";
import type { Table } from "../../read/read-records.ts";

interface PlannedTable extends Pick<Table, "header" | "rows"> {
  columns: readonly Column[];
  plan?: MappingPlan | null;
}

/** If at least this share of a column's filled cells are lists, the import asks for another column. Otherwise, only the rows with lists
 * are rejected. */
const MIN_LISTS = 0.5;
const SHOWN_CHARACTERS = 100;
const MAX_CANDIDATES = 5;

/** @returns undefined if neither the SKU nor the name is read from a column of lists */
export function questionOfLists(table: PlannedTable, dialect: Dialect): Problem | undefined {
  for (const key of keyColumns(table)) {
    const elements = elementCandidates({ ...table, columns: attributeColumns(table.header) }, dialect, key);
    if (elements.length > 0 || containsLists(table, key)) return keyOfLists(table, key, elements);
  }
  const name = table.columns.findIndex((column) => column.target === "name" && column.name.endsWith(LIST_SUFFIX));
  return name !== -1 && containsLists(table, name) ? nameOfLists(table, name) : undefined;
}

function keyColumns({ columns, plan }: PlannedTable): number[] {
  const copied = columns.findIndex(({ name, target }) => target === "sku" && name.endsWith(LIST_SUFFIX));
  const computed = [...(plan?.fields ?? []), ...(plan?.shape?.products.flatMap(({ fields }) => fields) ?? [])];
  return [
    ...(copied === -1 ? [] : [copied]),
    ...computed.flatMap(({ target, value }) => (target === "sku" ? listsOfKey(value) : [])),
  ];
}

/** The columns whose lists reject their rows. */
const listsOfKey = ({ lists = [], refuses_lists, sources }: ValueNode): number[] => [
  ...(refuses_lists === true ? lists : []),
  ...sources.flatMap((source) => (typeof source === "number" ? [] : listsOfKey(source))),
];

function containsLists({ rows }: PlannedTable, position: number): boolean {
  const cells = valuesOf(rows, position);
  const lists = cells.filter((cell) => cell.startsWith("["));
  return lists.length > 0 && lists.length >= cells.length * MIN_LISTS;
}

function keyOfLists({ header, rows }: PlannedTable, position: number, elements: Candidate[]): Problem {
  const column = cutText(header[position] ?? "", SHOWN_CHARACTERS);
  const others = doubtOfKey(attributeColumns(header), rows)?.candidates ?? [];
  const offer = elements[0];
  const records = offer === undefined ? "" : ` To make a product of each element of the lists, read "${offer.value}".`;
  return new Problem(
    "key-in-doubt",
    `The column "${column}" contains lists${sampleOf({ rows }, position)}, but a product has a single SKU.${records} Or choose the column with the SKUs (option key).`,
    { extra: { option: "key", candidates: [...elements, ...others].slice(0, MAX_CANDIDATES) } },
  );
}

function nameOfLists({ header, columns, rows }: PlannedTable, position: number): Problem {
  const column = cutText(header[position] ?? "", SHOWN_CHARACTERS);
  return new Problem(
    "name-in-doubt",
    `The column "${column}" contains lists${sampleOf({ rows }, position)}, but a product has a single name. Choose the column with the names (option name).`,
    { extra: { option: "name", candidates: nameCandidates(columns, rows) } },
  );
}

function sampleOf({ rows }: Pick<PlannedTable, "rows">, position: number): string {
  const list = valuesOf(rows, position).find((cell) => cell.startsWith("["));
  return list === undefined ? "" : `, such as ${cutText(list, SHOWN_CHARACTERS)}`;
}

/** Returns the lists in the records whose elements can be the products. They are candidates for the question about the SKU. */
export const elementCandidates = (
  table: PlannedTable,
  dialect: Dialect,
  key?: number,
): (Candidate & { blanks: number; distinct: number })[] =>
  elementLists(table, dialect, key).map(({ path, samples, mapping }) => ({
    value: path,
    samples,
    blanks: 0,
    distinct: 1,
    mapping,
  }));
