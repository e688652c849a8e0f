// Compiles the columns that become attributes under their own or a new name, and applies the mapping's statements `split` and `format` to
// them.
import type { Column } from "../../../../contract/imports/imports.ts";
import type { MappedValue, Mapping } from "../../../../contract/mapping/mapping.ts";
import type { AttributeNode } from "../plan.ts";
import { compileValue, type CompileContext } from "./compile-value.ts";
import type { FileColumns } from "./file-columns.ts";
import { invalidMapping } from "./invalid.ts";
import { keptColumns, matchAll } from "./kept-columns.ts";
import { because } from "../../../../contract/problem-reasons.ts";

export function keptAttributes(
  context: CompileContext,
  mapping: Mapping,
  columns: readonly Column[],
  declared: readonly AttributeNode[],
): AttributeNode[] {
  const names = new Set(declared.flatMap(({ name }) => (typeof name === "string" ? [name] : [])));
  const kept = keptColumns(mapping, context.file, columns, context.used, names);
  const formats = formatsOf(context.file, mapping);
  return [...kept].flatMap(([index, name]): AttributeNode[] => {
    const members = formats.get(index) ?? {};
    const statement = `format.${columns[index]?.name ?? ""}`;
    // Compile the value with an empty constant instead of the column's name, because an earlier column may have the same name. Afterwards,
    // make the column its only source, by index.
    const value = compileValue(context, { ...members, const: "" }, { statement, trim: false });
    const lists = context.file.lists.has(index) ? { lists: [index] } : {};
    return value === null
      ? []
      : [{ name, value: { ...value, ...lists, constant: null, sources: [index], column: index } }];
  });
}

/** The steps of each column that `split` and `format` name. */
function formatsOf(file: FileColumns, { split = {}, format = {} }: Mapping): Map<number, MappedValue> {
  const formats = new Map<number, MappedValue>();
  for (const [separator, patterns] of Object.entries(split))
    for (const column of matchAll(file, patterns)) formats.set(column, { split: separator });
  for (const [pattern, steps] of Object.entries(format)) {
    if (steps.from !== undefined || steps.const !== undefined)
      throw invalidMapping(
        `format.${pattern}`,
        'its values are those of the columns; "from" and "const" are not possible',
        because("mapping-format"),
      );
    for (const column of matchAll(file, [pattern])) formats.set(column, { ...formats.get(column), ...steps });
  }
  return formats;
}
