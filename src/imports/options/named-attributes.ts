// Leaves out the attributes whose names are computed from a column that the file lacks. A built-in profile names the columns of every
// version of a file.
import { columnKey } from "../../profiles/select/column-names.ts";
import { parseTemplate } from "../mapping/steps/template.ts";
import type { Mapping, Value } from "../../../contract/mapping/mapping.ts";

/** Without the attribute, a column that only this attribute reads is kept under its own name, so no value is lost. */
export function withNamedAttributes(mapping: Mapping, header: readonly string[]): Mapping {
  const columns = new Set(header.map(columnKey));
  const { attributes } = mapping;
  if (attributes === undefined) return mapping;
  const named = Object.entries(attributes).filter(([name, value]) =>
    placeholdersOf(name).every((hole) => columns.has(columnKey(hole)) || definesHole(value, hole)),
  );
  return { ...mapping, attributes: Object.fromEntries(named) };
}

function placeholdersOf(name: string): string[] {
  const tokens = name.includes("{") ? parseTemplate(name) : [];
  return typeof tokens === "string" ? [] : tokens.flatMap((token) => ("hole" in token ? [token.hole] : []));
}

/** Whether a template in the value defines the placeholder, as in `{value:number} {currency:letters}`. */
const definesHole = (value: Value, hole: string): boolean => {
  const text = JSON.stringify(value);
  return text.includes(`{${hole}:`) || text.includes(`{${hole}}`);
};
