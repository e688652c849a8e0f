// Lists the columns of a file that a profile uses.
import type { Condition, MappedValue, Mapping, Value } from "../../../contract/mapping/mapping.ts";
import { isTreeMapping } from "../../imports/mapping/tree/tree-request.ts";
import { isPattern } from "../../imports/mapping/compile/file-columns.ts";

export interface UsedColumns {
  /** Columns of the key, which a file must have. Each entry lists alternative columns, of which one is enough. */
  key: string[][];
  /** Columns that decide which rows belong together, which a file must have. Each entry lists alternative columns, of which one is
   * enough. */
  rows: string[][];
  /** Columns whose values the mapping reads, including the columns of the key. Each entry lists alternative columns, of which one is
   * enough. */
  read: string[][];
  /** All names and patterns that the profile contains. */
  named: string[];
}

export function usedColumns(mapping: Mapping): UsedColumns {
  const key = columnsOf(mapping.key);
  const rows = columnsOfRows(mapping);
  const kinds = Object.values(mapping.kinds?.when ?? {});
  const values: Value[] = [mapping, ...kinds].flatMap((each) => [
    ...[each.name, each.description, each.active, each.parent].filter((value) => value !== undefined),
    ...Object.values(each.attributes ?? {}),
  ]);
  const allPairs = [mapping, ...kinds].flatMap((each) => each.pairs ?? []);
  const pairs = allPairs.flatMap((pair) => [
    ...[pair.in, pair.each].filter((name) => name !== undefined).map((name) => [name]),
    // In XML and JSON, `name`, `value` and `unit` are paths within the elements that `each` names, not columns.
    ...(isTreeMapping(mapping) && pair.each !== undefined ? [] : [pair.name, pair.value, pair.unit]).flatMap((value) =>
      value === undefined ? [] : columnsOf(value),
    ),
  ]);
  const read = distinct([
    ...key,
    ...values.flatMap(columnsOf),
    ...(mapping.blank?.reject ?? []).map((name) => [name]),
    ...(mapping.ignore ?? []).flatMap(columnsOfCondition),
    ...(mapping.delete_when === undefined ? [] : columnsOfCondition(mapping.delete_when)),
    ...pairs,
    ...rows,
    ...columnsOfShape(mapping),
  ]);
  const others = [
    ...(Array.isArray(mapping.keep) ? mapping.keep : []),
    ...(mapping.drop ?? []),
    ...(mapping.also ?? []),
    ...Object.keys(mapping.rename ?? {}).map(patternOfTemplate),
    ...Object.values(mapping.split ?? {}).flat(),
    ...Object.keys(mapping.format ?? {}),
    ...Object.values(mapping.other_keys ?? {}).flatMap((value) => columnsOf(value).flat()),
    // Leave out patterns such as `*`: with them, a new column of a file would count as known.
    ...(mapping.blank?.remove ?? []).filter((name) => !isPattern(name)),
  ];
  return { key, rows, read, named: [...new Set([...read.flat(), ...others])] };
}

/** The column of an overlay is not required: in a file without it, every row is a product. */
function columnsOfRows({ group, kinds }: Mapping): string[][] {
  const begins = group?.begins;
  return [
    ...[group?.by, kinds?.by].flatMap((value) => (value === undefined ? [] : columnsOf(value))),
    ...(begins === undefined ? [] : typeof begins === "string" ? [[begins]] : columnsOfCondition(begins)),
  ];
}

/** The columns that a mapping reads to form products from several rows, in addition to the columns from `columnsOfRows`. */
function columnsOfShape({ group, kinds, overlay, tables = {}, links = [] }: Mapping): string[][] {
  const values = [
    ...Object.values(kinds?.when ?? {}).map(({ key }) => key),
    ...links.map(({ children }) => children),
    ...Object.values(tables).flatMap(({ record, key, value, parent }) => (record === "." ? [key, value, parent] : [])),
  ];
  return [
    ...values.flatMap((value) => (value === undefined ? [] : columnsOf(value))),
    ...(overlay === undefined ? [] : [[overlay.by]]),
    ...(group?.fill ?? []).map((name) => [name]),
    ...(group?.adds ?? []).flatMap(columnsOfCondition),
  ];
}

/** Returns the columns that a value reads, as groups of alternatives. If one of several columns is enough for the value, these columns form
 * one group; otherwise each column is a group of its own. */
function columnsOf(value: Value): string[][] {
  if (typeof value === "string") return [[value]];
  if (Array.isArray(value)) return alternatives(value);
  if (value.from === undefined) return [];
  if (typeof value.from === "string") return [[value.from]];
  return value.join === undefined || value.need === undefined
    ? alternatives(value.from)
    : value.from.flatMap(columnsOf);
}

function alternatives(sources: (string | MappedValue)[]): string[][] {
  const columns = sources.flatMap(columnsOf).flat();
  // If one of the sources is a constant, the value never lacks a source, so no column is required.
  const isOptional = sources.some((source) => typeof source !== "string" && columnsOf(source).length === 0);
  return columns.length === 0 || isOptional ? [] : [columns];
}

const columnsOfCondition = (condition: Condition): string[][] => [
  ...[condition.blank ?? []].flat().map((name) => [name]),
  ...(condition.of === undefined ? [] : columnsOf(condition.of)),
  ...(condition.any ?? []).flatMap(columnsOfCondition),
];

/** The placeholders of a template in `rename` match any characters. */
const patternOfTemplate = (template: string): string => template.replace(/\{(?!n\})[^{}]*\}/g, "*");

function distinct(groups: string[][]): string[][] {
  return [...new Map(groups.map((group) => [JSON.stringify(group), group])).values()];
}

/** Returns the groups of alternatives without a pattern. A group with a pattern is never missing, because a pattern may match no column. */
export const requiredGroups = (groups: string[][]): string[][] => groups.filter((group) => !group.some(isPattern));
