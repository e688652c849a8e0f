// Maps rows in memory: writes them as CSV, splits them as an import does, and returns what the mapper makes of them.
import { mapping as mappingSchema, type Mapping } from "../../../contract/mapping/mapping.ts";
import { layoutOf, type Layout } from "../../../src/imports/layout.ts";
import { compileMapping, type CompiledMapping } from "../../../src/imports/mapping/compile.ts";
import { createMapper, type Mapped, type Mapper } from "../../../src/imports/mapping/mapper.ts";
import { planLayoutColumns } from "../../../src/imports/mapping/plan.ts";
import { recordTexts } from "../../../src/imports/read/field-text.ts";
import { createRecords, type Records } from "../../../src/imports/read/records.ts";
import { splitRecords } from "../../../src/imports/read/split-records.ts";
import { createSplitter } from "../../../src/imports/read/splitter.ts";
import { CSV } from "./csv-dialect.ts";

/** A cell of a workbook that is a number or a date, and not a text. */
export interface ValueCell {
  value: string;
}
export type Cell = string | ValueCell;

/** Writes the rows as CSV, with every text in quotes, and splits the CSV into records. */
export function recordsOf(rows: readonly (readonly Cell[])[]): Records {
  const written = (cell: Cell): string => (typeof cell === "string" ? `"${cell.replaceAll('"', '""')}"` : cell.value);
  const lines = rows.map((row) => row.map(written).join(","));
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const records = createRecords();
  splitRecords(createSplitter(CSV, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

export interface MappedRow {
  ignored: boolean;
  /** Whether the row deletes its product. */
  deletes: boolean;
  /** The fault as a sentence, such as `price: "x" is not a number like 1.5`. */
  fault: string | undefined;
  /** The SKU. This field and the next three fields are empty if the mapping does not set them. */
  sku: string;
  name: string;
  description: string;
  active: string;
  /** The value null removes the attribute. */
  attributes: Record<string, string | string[] | null>;
}

export interface MappedRows {
  compiled: CompiledMapping;
  mapper: Mapper | null;
  rows: MappedRow[];
}

/** Applies a mapping to rows. First checks the statements of the mapping against the schema. */
export function mapRows(
  statements: Mapping,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  mode: "scan" | "load" = "load",
  dialect = CSV,
): MappedRows {
  const compiled = compileMapping(mappingSchema.parse(statements), header);
  const { columns, plan } = compiled;
  const records = recordsOf(rows);
  const stored = plan === null ? null : (JSON.parse(JSON.stringify(plan)) as typeof plan);
  const mapper = stored === null ? null : createMapper(stored, dialect);
  const mapped = mapper?.map(records, undefined, mode) ?? { records, ignored: null, faults: new Map<number, never>() };
  const layout = layoutOf(planLayoutColumns(columns, plan));
  return { compiled, mapper, rows: rows.map((_, r) => rowOf(mapped, layout, r)) };
}

function rowOf({ records, ignored, faults }: Mapped, layout: Layout, r: number): MappedRow {
  const texts = recordTexts(records, r, CSV);
  const fault = faults.get(r);
  const isSound = texts.length === layout.width && records.fault[r] === 0;
  const of = (column: number): string => (column < 0 || !isSound ? "" : (texts[column] ?? ""));
  const copied = layout.attributes.map(({ name, index }) => [name, of(index)]).filter(([, text]) => text !== "");
  return {
    ignored: ignored !== null && (((ignored[r >> 3] as number) >> (r & 7)) & 1) === 1,
    deletes: of(layout.delete) !== "",
    fault: fault && `${layout.columns[fault.column]?.name ?? ""}: "${fault.text}" is not ${fault.expected}`,
    sku: of(layout.sku),
    name: of(layout.name),
    description: of(layout.description),
    active: of(layout.active),
    attributes: {
      ...(Object.fromEntries(copied) as Record<string, string>),
      ...(JSON.parse(`{${of(layout.members)}}`) as Record<string, string | string[]>),
      ...(JSON.parse(`{${of(layout.removals)}}`) as Record<string, null>),
    },
  };
}
