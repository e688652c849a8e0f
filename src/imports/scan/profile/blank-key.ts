// Asks which value is the key if the key of a profile is blank in all first rows, as in an export of a shop that does not use SKUs.
import { usedColumns } from "../../../profiles/select/used-columns.ts";
import { columnKey } from "../../../profiles/select/column-names.ts";
import { isPattern } from "../../mapping/compile/file-columns.ts";
import { doubtOfKey, type KeyCandidate } from "../../read/columns/judge-key.ts";
import { attributeColumns } from "../../read/columns/match-columns.ts";
import type { Table } from "../../read/read-records.ts";
import type { GivenOptions } from "../../../../contract/imports/imports.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import { Problem } from "../../../../contract/problems.ts";

/** A column is offered as the key only if at least this share of its cells is filled, and at least this share of its values is different. */
const MIN_SHARE = 0.9;

/** @returns undefined if the key is not blank, or if nothing else can be the key */
export function questionOfBlankKey(
  { header, rows }: Pick<Table, "header" | "rows">,
  { mapping, key }: Pick<GivenOptions, "mapping" | "key">,
  profile: string,
): Problem | undefined {
  if (mapping === undefined || key !== undefined || rows.length === 0) return undefined;
  const blank = blankKeyColumns(mapping, header, rows);
  if (blank === undefined) return undefined;
  const candidates = [...otherKeys(mapping), ...keyColumns(header, rows)];
  if (candidates.length === 0) return undefined;
  const names = blank.map((name) => `"${name}"`).join(", ");
  return new Problem(
    "key-in-doubt",
    `The profile "${profile}" reads the SKU from ${names}, which is empty in every row. Choose what identifies the products instead (option key).`,
    { extra: { option: "key", candidates } },
  );
}

const otherKeys = ({ other_keys: others = {} }: Mapping): Candidate[] =>
  Object.keys(others).map((value) => ({ value, samples: [] }));

function keyColumns(header: readonly string[], rows: readonly (readonly string[])[]): KeyCandidate[] {
  const candidates = doubtOfKey(attributeColumns(header), rows)?.candidates ?? [];
  return candidates.filter(({ blanks, distinct }) => blanks <= 1 - MIN_SHARE && distinct >= MIN_SHARE);
}

/** Returns the names of the columns from which the key is read, if they are blank in all rows. */
function blankKeyColumns(
  { key, kinds }: Mapping,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] | undefined {
  const positions = new Map(header.map((name, at) => [columnKey(name), at]).reverse() as [string, number][]);
  const keys = [key, ...Object.values(kinds?.when ?? {}).flatMap((kind) => kind.key ?? [])];
  const names = new Set<string>();
  for (const value of keys) {
    const blank = usedColumns({ key: value }).key.find((group) => isBlank(group, positions, rows));
    if (blank === undefined) return undefined;
    for (const name of blank) if (positions.has(columnKey(name))) names.add(name);
  }
  return [...names];
}

/** Whether the file has at least one column of `group`, and all its columns of `group` are blank in all rows. */
function isBlank(
  group: readonly string[],
  positions: ReadonlyMap<string, number>,
  rows: readonly (readonly string[])[],
): boolean {
  if (group.some(isPattern)) return false;
  const found = group.flatMap((name) => positions.get(columnKey(name)) ?? []);
  return found.length > 0 && rows.every((cells) => found.every((at) => (cells[at] ?? "").trim() === ""));
}
