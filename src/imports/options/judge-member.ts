// Decides whether a table in a zip file has a key and names: by the options of the import, by the profile that fits the table, or by the
// names of its columns.
import { mappingOf, selectInLines, selects } from "../../profiles/choose-profile.ts";
import { headerOf, hasOneOf } from "../../profiles/select/column-names.ts";
import { headerFor, type HeaderLines } from "../../profiles/select/header-line.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { usedColumns } from "../../profiles/select/used-columns.ts";
import { comparableNames, judgeByNames, type JudgeTable } from "../read/archive/inspect-table.ts";
import type { GivenOptions } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

type ColumnOptions = Pick<GivenOptions, "key" | "name" | "mapping" | "profile">;

/** @param known returns the profiles to select from. It is called only if the options name no columns. */
export function judgeMember(
  options: ColumnOptions,
  known: (lines: HeaderLines) => readonly KnownProfile[] | Promise<readonly KnownProfile[]>,
): JudgeTable {
  const { key, name, mapping } = options;
  return async (table) => {
    if (mapping !== undefined) return judgeByMapping(table, mapping);
    const found = judgeByNames(table);
    const names = new Set(comparableNames(table.header));
    const has = (column: string): boolean => comparableNames([column]).every((comparable) => names.has(comparable));
    if (key !== undefined || name !== undefined)
      return {
        has_sku: key === undefined ? found.has_sku : has(key),
        has_name: name === undefined ? found.has_name : has(name),
      };
    if (!selects(options)) return found;
    const { profile } = selectInLines(table, await known(table), table.tree);
    return profile === undefined
      ? found
      : { has_sku: true, has_name: judgeByMapping(table, mappingOf(profile.definition)).has_name };
  };
}

function judgeByMapping(lines: HeaderLines, mapping: Mapping): { has_sku: boolean; has_name: boolean } {
  const header = headerFor(mapping, lines)?.cells ?? lines.header;
  return { has_sku: hasColumns(header, mapping.key), has_name: readsName(header, mapping) };
}

/** Whether the file contains the names of the products. If the mapping has no `name` for all rows, it has `kinds`, and at least one of
 * these kinds of rows has a `name`. */
const readsName = (header: readonly string[], { name, kinds, file }: Mapping): boolean =>
  name === undefined ? kinds !== undefined : file?.kind === "xml" || hasColumns(header, name);

/** Whether the header has all columns that the value needs. If the value can be read from one of several columns, one of them is enough. */
function hasColumns(header: readonly string[], value: Mapping["key"]): boolean {
  const columns = headerOf(header);
  return usedColumns({ key: value }).key.every((group) => hasOneOf(columns, group));
}
