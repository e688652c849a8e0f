// Compiles a mapping for the columns of one file.
import { attributeColumns } from "../read/columns/match-columns.ts";
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import type { Column } from "../../../contract/imports/imports.ts";
import type { Mapping, Value } from "../../../contract/imports/mapping.ts";
import { createFileColumns, isPattern, type FileColumns } from "./compile/file-columns.ts";
import { invalidMapping } from "./compile/invalid.ts";
import { keptColumns, matchAll } from "./compile/kept-columns.ts";
import type { MappingPlan } from "./plan.ts";

export interface CompiledMapping {
  /** The columns of the file, in file order. */
  columns: Column[];
  /** What to compute for each record; null if the mapping only copies columns. */
  plan: MappingPlan | null;
  /** Names and patterns of columns that the mapping uses and the file lacks. */
  missing: string[];
  /** Columns of the file that no statement names. */
  unused: string[];
}

/** Compiles the mapping for a file with this header.
 * @throws Problem `mapping-invalid`, which names the statement */
export function compileMapping(mapping: Mapping, header: readonly string[]): CompiledMapping {
  const file = createFileColumns(header);
  const named = attributeColumns(header);
  const fields = copiedFields(mapping, file);
  const used = new Set(fields.keys());
  const attributes = new Map(
    Object.entries(mapping.attributes ?? {}).map(([name, value]) => [
      name,
      copiedColumn(file, value, `attributes.${name}`),
    ]),
  );
  for (const column of attributes.values()) used.add(column);
  file.note(used);
  const kept = keptColumns(mapping, file, named, used, new Set(attributes.keys()));
  for (const [name, column] of attributes) if (column !== -1) kept.set(column, name);
  const removed = matchAll(file, mapping.blank?.remove ?? []);
  const columns = named.map(({ name, is_list }, index): Column => {
    const field = fields.get(index);
    if (field !== undefined) return { name, target: field };
    const attribute = kept.get(index);
    if (attribute === undefined) return { name, target: "ignored" };
    const blank = removed.has(index) ? "remove" : "keep";
    const renamed = attribute === name ? {} : { attribute };
    return { name, target: "attribute", ...renamed, blank, ...(is_list === true ? { is_list } : {}) };
  });
  return {
    columns,
    plan: null,
    missing: [...file.missing],
    unused: named.filter((_, index) => !file.named.has(index)).map(({ name }) => name),
  };
}

const FIELD_STATEMENTS: Record<FieldName, "key" | "name" | "description" | "active"> = {
  sku: "key",
  name: "name",
  description: "description",
  active: "active",
};

/** The columns that are copied to fields of the product. */
function copiedFields(mapping: Mapping, file: FileColumns): Map<number, FieldName> {
  const fields = new Map<number, FieldName>();
  for (const field of FIELD_NAMES) {
    const value = mapping[FIELD_STATEMENTS[field]];
    if (value === undefined) continue;
    const column = copiedColumn(file, value, FIELD_STATEMENTS[field]);
    if (column !== -1) fields.set(column, field);
  }
  return fields;
}

function copiedColumn(file: FileColumns, value: Value, statement: string): number {
  if (typeof value !== "string" || isPattern(value))
    throw invalidMapping(statement, "only a column's name is possible yet");
  const column = file.find(value);
  if (column === -1) file.lack(value);
  return column;
}
