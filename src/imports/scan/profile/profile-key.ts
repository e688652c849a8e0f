// Asks which value is the key if the file lacks the key column of its profile, or if this column is blank in all or most first rows, as in
// an export of a shop that does not use SKUs.
import { usedColumns } from "../../../profiles/select/used-columns.ts";
import { columnKey, hasOneOf, headerOf } from "../../../profiles/select/column-names.ts";
import { keysOf } from "../../options/missing-key.ts";
import type { PlannedColumns } from "../../options/plan-columns.ts";
import { isPattern } from "../../mapping/compile/file-columns.ts";
import { doubtOfKey } from "../../read/columns/key/judge-key.ts";
import type { KeyCandidate } from "../../read/columns/key/key-values.ts";
import { noSuchColumn } from "../../read/columns/choose-columns.ts";
import { attributeColumns, valuesOf } from "../../read/columns/match-columns.ts";
import { textKeys } from "../../read/columns/key/text-keys.ts";
import type { Table } from "../../read/read-records.ts";
import type { GivenOptions } from "../../../../contract/imports/imports.ts";
import type { Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import { Problem } from "../../../../contract/problems.ts";

/** A column is offered as the key only if at least this share of its cells is filled, and at least this share of its values is different. */
const MIN_SHARE = 0.9;
/** If the key is blank in more than this share of at least MIN_ROWS rows, the import would reject most rows. The same share of cells with
 * several SKUs puts the key in doubt. */
const MAX_BLANKS = 0.5;
const MIN_ROWS = 20;

/** @returns undefined if the key is neither missing nor blank, or if it is blank but nothing else can be the key. If it is missing and
 * nothing else can be the key, returns the problem no-such-column */
export function problemOfProfileKey(
  table: Pick<Table, "header" | "rows"> & Partial<Pick<PlannedColumns, "columns" | "missing_key">>,
  options: Pick<GivenOptions, "mapping" | "key">,
  profile: string,
): Problem | undefined {
  if (options.mapping === undefined || options.key !== undefined) return undefined;
  return table.missing_key === undefined
    ? questionOfBlankKey(table, options.mapping, profile)
    : problemOfMissingKey(table, options.mapping, table.missing_key, profile);
}

function problemOfMissingKey(
  { header, rows, columns = [] }: Pick<Table, "header" | "rows"> & Partial<Pick<PlannedColumns, "columns">>,
  mapping: Mapping,
  missing: readonly string[],
  profile: string,
): Problem {
  const names = header.length > 0 ? header : columns.map(({ name }) => name);
  const file = headerOf(names);
  const others = otherKeys(mapping, (value) => usedColumns({ key: value }).key.every((group) => hasOneOf(file, group)));
  const candidates = [...others, ...keyColumns(names, rows)];
  if (candidates.length === 0) return noSuchColumn(missing[0] ?? "key", attributeColumns(names));
  const shown = missing.slice(0, SHOWN_NAMES).map((name) => `"${name}"`);
  return keyInDoubt(profile, `${shown.join(", ")}, which the file lacks`, candidates);
}

/** Maximum number of missing columns that a question names. */
const SHOWN_NAMES = 3;

/** Returns the mapping's other keys for whose columns `isUsable` returns true. */
const otherKeys = ({ other_keys: others = {} }: Mapping, isUsable: (value: Value) => boolean): Candidate[] =>
  Object.entries(others)
    .filter(([, value]) => isUsable(value))
    .map(([value]): Candidate => ({ value, samples: [] }));

const keyInDoubt = (profile: string, source: string, candidates: readonly Candidate[]): Problem =>
  new Problem(
    "key-in-doubt",
    `The profile "${profile}" reads the SKU from ${source}. Choose what identifies the products instead (option key).`,
    { extra: { option: "key", candidates } },
  );

function questionOfBlankKey(
  { header, rows }: Pick<Table, "header" | "rows">,
  mapping: Mapping,
  profile: string,
): Problem | undefined {
  if (rows.length === 0) return undefined;
  const limit = isRowWise(mapping, rows.length) ? MAX_BLANKS : BELOW_ALL;
  const blank = blankKeyColumns(keysOf(mapping), limit, header, rows);
  const list = blank === undefined ? listOfSkus(mapping, header, rows) : undefined;
  if (blank === undefined && list === undefined) return undefined;
  const others = otherKeys(mapping, (value) => blankKeyColumns([value], limit, header, rows) === undefined);
  const codes = [...others, ...keyColumns(header, rows).filter(({ value }) => value !== list)];
  const candidates = codes.length > 0 || rows.length < MIN_ROWS ? codes : textKeys(attributeColumns(header), rows);
  if (candidates.length === 0) return undefined;
  const reason = blank === undefined ? `"${list ?? ""}", which contains several SKUs in most cells` : reasonOf(blank);
  return keyInDoubt(profile, reason, candidates);
}

function reasonOf({ names, share }: BlankKey): string {
  const shown = share === 1 ? "every row" : `${Math.round(share * 100).toString()} % of the rows`;
  return `${names.map((name) => `"${name}"`).join(", ")}, which is empty in ${shown}`;
}

/** A cell with at least three SKUs, such as those of all variants of a product: `A-1,A-2,A-3`. */
const SEVERAL_SKUS = /^[^,;|\s]+(?:[,;|][^,;|\s]+){2,}$/;

/** Returns the name of the key column if most of its filled cells contain several SKUs. */
function listOfSkus(
  { key }: Mapping,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string | undefined {
  const position = typeof key === "string" ? header.findIndex((name) => columnKey(name) === columnKey(key)) : -1;
  if (position === -1) return undefined;
  const values = valuesOf(rows, position);
  const lists = values.filter((value) => SEVERAL_SKUS.test(value.trim()));
  return lists.length > values.length * MAX_BLANKS ? header[position] : undefined;
}

function keyColumns(header: readonly string[], rows: readonly (readonly string[])[]): KeyCandidate[] {
  const candidates = doubtOfKey(attributeColumns(header), rows)?.candidates ?? [];
  return candidates.filter(({ blanks, distinct }) => blanks <= 1 - MIN_SHARE && distinct >= MIN_SHARE);
}

interface BlankKey {
  /** The columns from which the key is read. */
  names: string[];
  /** Share of the rows in which all these columns are blank. */
  share: number;
}

/** @returns undefined if one of the keys is blank in at most this share of the rows */
function blankKeyColumns(
  keys: readonly Value[],
  limit: number,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): BlankKey | undefined {
  const positions = new Map(header.map((name, at) => [columnKey(name), at]).reverse() as [string, number][]);
  const names = new Set<string>();
  let share = 1;
  for (const value of keys) {
    const blank = usedColumns({ key: value }).key.find((group) => shareOfBlanks(group, positions, rows) > limit);
    if (blank === undefined) return undefined;
    share = Math.min(share, shareOfBlanks(blank, positions, rows));
    for (const name of blank) if (positions.has(columnKey(name))) names.add(name);
  }
  return { names: [...names], share };
}

/** Limit for a share of blank rows that is exceeded only if all rows are blank. */
const BELOW_ALL = 1 - Number.EPSILON;

/** Whether each row is a product, so that each row with a blank key is rejected. */
const isRowWise = ({ group, kinds, overlay, ignore }: Mapping, rows: number): boolean =>
  rows >= MIN_ROWS && group === undefined && kinds === undefined && overlay === undefined && ignore === undefined;

/** Returns the share of the rows in which all columns of `group` are blank; 0 if the file has none of these columns. */
function shareOfBlanks(
  group: readonly string[],
  positions: ReadonlyMap<string, number>,
  rows: readonly (readonly string[])[],
): number {
  if (group.some(isPattern)) return 0;
  const found = group.flatMap((name) => positions.get(columnKey(name)) ?? []);
  if (found.length === 0) return 0;
  return rows.filter((cells) => found.every((at) => (cells[at] ?? "").trim() === "")).length / rows.length;
}
