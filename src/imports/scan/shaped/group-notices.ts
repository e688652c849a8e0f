// The notices about rows that form products together.
import type { Notice } from "../../../../contract/imports/notices.ts";
import type { ShapePlan, ValueNode } from "../../mapping/plan.ts";
import { columnsOfValue } from "../../mapping/compile/plan-columns.ts";
import type { FormedCounts } from "../../shape/formed.ts";
import type { ShapedPlan } from "../../shape/record-judge.ts";
import { linesOf, listOf } from "../rows/cells/watch-cells.ts";

/** Number of names that a sentence lists. */
const LISTED = 3;

/** @param rows number of rows of the file */
export function groupNotices({ shape, names }: ShapedPlan, counts: FormedCounts, rows: number): Notice[] {
  const parts = [...groupParts(shape, names, counts), ...addParts(shape, counts), ...layerParts(shape, names, counts)];
  if (parts.length === 0) return repeatedNotices(counts);
  const products = counted(counts.products, "product");
  return [
    {
      code: "rows_grouped",
      message: `${products} in ${counted(rows, "row")}: ${parts.join("; ")}.`,
      column: null,
      count: rows,
      values: { products: counts.products, rows, ...groupValues(shape, names, counts) },
    },
    ...repeatedNotices(counts),
  ];
}

/** Returns the names and numbers in the message, for clients that translate it. A part that the message leaves out has no values. */
function groupValues(
  { group, merges, overlay, products }: ShapePlan,
  names: readonly string[],
  { groups, adds, layers }: FormedCounts,
): NonNullable<Notice["values"]> {
  const by = group?.by ?? null;
  const begins = group?.begins?.of ?? null;
  const only = adds - layers;
  return {
    ...(groups === 0 ? {} : { groups }),
    ...(by === null || groups === 0 ? {} : { by: listed(columnNames(by, names)) }),
    ...(begins === null || groups === 0 ? {} : { begins: listed(columnNames(begins, names)) }),
    ...(merges ? { merges: 1 } : {}),
    ...(group === null || only === 0 ? {} : { adds: only, lists: listed(listNames(products)) }),
    ...(overlay === null || layers === 0 ? {} : { layers, layer: layerName(overlay, names) }),
  };
}

const listed = (names: readonly string[]): string => names.slice(0, LISTED).join(", ");

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

function groupParts({ group, merges }: ShapePlan, names: readonly string[], { groups }: FormedCounts): string[] {
  const merged = merges ? ["rows with the same SKU are merged into one product"] : [];
  if (group === null || groups === 0) return merged;
  if (group.by !== null)
    return [`rows with the same ${quoted(columnNames(group.by, names))} belong together`, ...merged];
  const columns = group.begins === null || group.begins.of === null ? [] : columnNames(group.begins.of, names);
  const begins =
    columns.length === 0
      ? "the mapping defines which rows begin a group"
      : `${quoted(columns)} marks the rows that begin a group`;
  return [`${begins}, and the rows after such a row belong to its group`, ...merged];
}

function addParts({ products, group }: ShapePlan, { adds, layers }: FormedCounts): string[] {
  const only = adds - layers;
  if (group === null || only === 0) return [];
  const lists = listNames(products);
  const what = lists.length === 0 ? "to their group" : quoted(lists);
  return [`${counted(only, "row")} only ${only === 1 ? "adds" : "add"} ${what}`];
}

/** The attributes that collect their values from all rows of a group. */
function listNames(products: ShapePlan["products"]): string[] {
  const names = products.flatMap(({ attributes }) =>
    attributes.flatMap(({ name, value }) => (typeof name === "string" && value.over_group === true ? [name] : [])),
  );
  return [...new Set(names)];
}

function layerParts({ overlay }: ShapePlan, names: readonly string[], { layers }: FormedCounts): string[] {
  if (overlay === null || layers === 0) return [];
  const column = quoted([layerName(overlay, names)]);
  return [
    `${counted(layers, "row")} ${layers === 1 ? "changes a product only for its value in" : "change products only for their value in"} ${column}`,
  ];
}

const layerName = (overlay: NonNullable<ShapePlan["overlay"]>, names: readonly string[]): string =>
  (names[overlay.by] ?? "").trim();

const columnNames = (value: ValueNode, names: readonly string[]): string[] => [
  ...new Set(columnsOfValue(value).map((column) => (names[column] ?? "").trim())),
];

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, LISTED)
    .map((name) => `"${name}"`)
    .join(" or ");

function repeatedNotices({ repeated: { count, lines } }: FormedCounts): Notice[] {
  if (count === 0) return [];
  return [
    {
      code: "group_repeated",
      message: `${counted(count, "group")} (${linesOf(lines, count)}) ${count === 1 ? "has" : "have"} the same value as an earlier group, because the rows are not neighbours. Values of the earlier rows were not used for the later ones. Sort the file, so that the rows of each group are neighbours.`,
      column: null,
      count,
      values: { groups: count, lines: listOf(lines, count) },
    },
  ];
}
