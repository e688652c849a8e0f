// Names that an attribute cannot have, because columns with these names have another meaning in files: an import would not read them as
// attributes.
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import { FIELD_NAMES } from "./column-lists.ts";

const RESERVED_NAMES: ReadonlySet<string> = new Set([...FIELD_NAMES, ...REJECT_COLUMNS]);

export const isReservedName = (name: string): boolean => RESERVED_NAMES.has(name);
