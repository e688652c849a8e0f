// Names that an attribute cannot have, because columns with these names have another meaning in files: an import would not read them as
// attributes.
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import { FIELD_NAMES } from "./column-lists.ts";

const RESERVED_NAMES: ReadonlySet<string> = new Set([...FIELD_NAMES, ...REJECT_COLUMNS]);

export const isReservedName = (name: string): boolean => RESERVED_NAMES.has(name);

/** Returns the name of the attribute for a column with this name. A reserved name gets a number, such as `name (2)`.
 * @param others the names of the other columns */
export function unreservedName(name: string, others: ReadonlySet<string>): string {
  if (!isReservedName(name)) return name;
  let number = 2;
  while (others.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}
