// Finds out whether a file lacks the columns from which a mapping reads the SKU.
import { requiredGroups, usedColumns } from "../../profiles/select/used-columns.ts";
import type { Mapping, Value } from "../../../contract/mapping/mapping.ts";

/** Returns the values from which the mapping reads SKUs: its key, and the keys of kinds of records. */
export const keysOf = ({ key, kinds }: Mapping): Value[] => [
  key,
  ...Object.values(kinds?.when ?? {}).flatMap((kind) => kind.key ?? []),
];

/** Returns the columns from which the mapping reads the SKU if the file has none of the columns of any key; otherwise undefined.
 * @param missing the columns that the mapping names and the file lacks */
export function missingKeyOf(mapping: Mapping, missing: readonly string[]): string[] | undefined {
  const lacks = (group: readonly string[]): boolean => group.every((name) => missing.includes(name));
  const groups = keysOf(mapping).map((key) => requiredGroups(usedColumns({ key }).key));
  return groups.every((required) => required.length > 0 && required.every(lacks)) ? groups[0]?.flat() : undefined;
}
