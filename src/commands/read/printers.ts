// The output of `skuport read`: canonical CSV with faults as lines of JSON, or a summary for people or as JSON.
import { MAX_RAW_CHARACTERS, REJECT_CODES, type Dialect, type Preview } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import { csvLine } from "../../csv-line.ts";
import { readBroken } from "../../imports/read/tree/broken-record.ts";
import { recordTexts } from "../../imports/read/field-text.ts";
import { HEADER_REPEATED, type Fault, type FileObserver } from "../../imports/read/read-file.ts";
import type { Table } from "../../imports/read/read-records.ts";
import type { Records } from "../../imports/read/records.ts";
import { problemOfTable } from "../../imports/scan/table-problems.ts";
import { isKeyChosen, type PlannedColumns } from "../../imports/options/plan-columns.ts";
import { oneLine } from "../../terminal.ts";
import { describeTarget } from "../describe-target.ts";
import type { Reading } from "./chosen-profile.ts";
import type { ProductSampler, Sample } from "./sample-products.ts";

/** The table, with its columns mapped according to the options. */
export type PlannedTable = Omit<Table, "columns"> & PlannedColumns & { reading: Reading };

type FaultCode = Fault["code"];
const MESSAGES: Record<FaultCode, string> = { ...REJECT_CODES, [HEADER_REPEATED]: "The record repeats the header" };

/** Maximum number of faults of each kind that the summary shows. */
const EXAMPLES = 3;
/** Maximum number of characters of a faulty record that the summary shows. */
const SHOWN_CHARACTERS = 100;
/** Maximum number of characters of a product that the summary shows. */
const SHOWN_PRODUCT_CHARACTERS = 1000;
/** Faults of records that `--csv` leaves out. These records are too long or are not text, and cannot be printed unchanged. */
const UNPRINTABLE: ReadonlySet<FaultCode> = new Set(["record_too_long", "not_text", "not_json"]);

/** Writes the output of a printer: `print` to stdout, `warn` to stderr. */
export interface PrinterOutput {
  print: (text: string) => Promise<void>;
  warn: (text: string) => Promise<void>;
}

export interface Printer extends Pick<FileObserver, "onRecords"> {
  onTable: (dialect: Dialect, table: PlannedTable) => Promise<void> | void;
  /** Called with the file's counts after the last record. */
  finish: (counts: { lines: number; rows: number }) => Promise<void>;
}

export function printCsv(output: PrinterOutput): Printer {
  let dialect: Dialect;
  return {
    async onTable(found, table) {
      dialect = found;
      if (table.size === 0)
        await output.warn(faultLine({ row: 0, line: 1, code: "empty_file", message: "The file is empty" }));
      if (table.header_fault !== null) {
        await output.warn(
          faultLine({
            row: 0,
            line: table.header_line,
            code: table.header_fault,
            message: MESSAGES[table.header_fault],
          }),
        );
      }
      if (table.header.length > 0) await output.print(csvLine(table.header));
    },
    async onRecords(records, faults) {
      const leftOut = new Set(faults.filter(({ code }) => UNPRINTABLE.has(code)).map(({ record }) => record));
      let text = "";
      for (let record = 0; record < records.count; record++) {
        if (!leftOut.has(record)) text += csvLine(recordTexts(records, record, dialect));
      }
      await output.print(text);
      for (const { row, line, code, record } of faults) {
        await output.warn(
          faultLine({ row, line, code, message: MESSAGES[code], raw: rawRecord(records, record, MAX_RAW_CHARACTERS) }),
        );
      }
    },
    finish: () => Promise.resolve(),
  };
}

interface FaultGroup {
  code: FaultCode;
  message: string;
  count: number;
  examples: { row: number; line: number; raw: string }[];
}

export function printSummary(
  output: PrinterOutput,
  asJson: boolean,
  file: { path: string; size: number },
  sampler: ProductSampler,
): Printer {
  const groups = new Map<FaultCode, FaultGroup>();
  let dialect: Dialect | undefined;
  let table: PlannedTable | undefined;
  return {
    onTable(foundDialect, foundTable) {
      dialect = foundDialect;
      table = foundTable;
      if (table.header_fault !== null)
        addFault(groups, { row: 0, line: table.header_line, code: table.header_fault }, csvLine(table.header));
    },
    async onRecords(records, faults) {
      if (dialect !== undefined && table !== undefined)
        await sampler.take(records, table, dialect, table.reading.options);
      for (const fault of faults) {
        const shown = (groups.get(fault.code)?.count ?? 0) < EXAMPLES;
        addFault(
          groups,
          fault,
          shown ? rawRecord(records, fault.record, asJson ? MAX_RAW_CHARACTERS : SHOWN_CHARACTERS) : "",
        );
      }
    },
    async finish({ lines, rows }) {
      if (dialect === undefined || table === undefined) return;
      const { columns, reading } = table;
      const faults = [...groups.values()];
      const { products, rejects, deleted, problem } = sampler.sample;
      const summary = {
        file: file.path,
        size: file.size,
        dialect,
        profile: shownProfile(reading),
        columns,
        notices: [...reading.notices, ...table.notices],
        lines,
        records: rows,
        faults,
        products,
        rejects,
        deleted,
        problem:
          problemOfTable(table, dialect, isKeyChosen(reading.options))?.message ?? reading.question?.message ?? problem,
      };
      await output.print(asJson ? `${JSON.stringify(summary, null, 2)}\n` : describe(summary, table));
    },
  };
}

function addFault(groups: Map<FaultCode, FaultGroup>, { row, line, code }: Omit<Fault, "record">, raw: string): void {
  const group = groups.get(code) ?? { code, message: MESSAGES[code], count: 0, examples: [] };
  groups.set(code, group);
  group.count++;
  if (group.examples.length < EXAMPLES) group.examples.push({ row, line, raw });
}

interface Summary {
  file: string;
  size: number;
  dialect: Dialect;
  profile: Preview["profile"];
  columns: Table["columns"];
  notices: Notice[];
  lines: number;
  records: number;
  faults: FaultGroup[];
  products: Sample["products"];
  rejects: Sample["rejects"];
  deleted: Sample["deleted"];
  problem: string | null;
}

const describeTree = (format: Dialect["format"], { record }: NonNullable<Dialect["tree"]>): string[] => [
  `  format     ${format}`,
  ...(record === null || record === "" ? [] : [`  records    ${oneLine(record)}`]),
];

const describeForm = (dialect: Dialect, table: PlannedTable): string[] => [
  `  delimiter  ${JSON.stringify(dialect.delimiter)}`,
  `  quote      ${dialect.quote === "" ? "none" : dialect.quote}`,
  `  escape     ${dialect.escape === "" ? "none" : dialect.escape === dialect.quote ? "doubled quote" : dialect.escape}`,
  ...(dialect.rewritten === undefined ? [] : [`  rewritten  ${REWRITINGS[dialect.rewritten]}`]),
  `  line ends  ${dialect.line_ending}`,
  `  header     ${dialect.header ? `line ${String(table.header_line)}` : "none"}`,
  `  preamble   ${dialect.preamble === 0 ? "none" : `${dialect.preamble} ${dialect.preamble === 1 ? "line" : "lines"}`}`,
];

function describe(summary: Summary, table: PlannedTable): string {
  const { file, size, dialect, profile, columns, notices, lines, records, faults, problem } = summary;
  const count = (number: number, noun: string): string =>
    `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const width = Math.min(40, Math.max(0, ...columns.map(({ name }) => name.length)));
  const bad = faults.reduce((sum, group) => sum + group.count, 0);
  return [
    `${oneLine(file)}, ${count(size, "byte")}`,
    `  encoding   ${dialect.encoding}`,
    ...(dialect.tree === undefined ? describeForm(dialect, table) : describeTree(dialect.format, dialect.tree)),
    ...(dialect.members ?? []).map((member) => `  table      ${describeMember(member)}`),
    ...(dialect.sheets ?? []).map((sheet) => `  sheet      ${describeSheet(sheet)}`),
    ...(profile === null ? [] : [`  profile    ${describeProfile(profile)}`]),
    count(columns.length, "column"),
    ...columns.map(
      (column, position) =>
        `  ${String(position + 1).padStart(4)}  ${oneLine(column.name.slice(0, SHOWN_CHARACTERS)).padEnd(width)}  ${describeTarget(column)}`,
    ),
    `${count(lines, "line")}, ${count(records, "record")}, ${count(bad, "fault")}`,
    ...faults.flatMap((group) => [
      `  ${group.code}: ${group.message}, ${count(group.count, "time")}`,
      ...group.examples.map(({ line, raw }) => `    line ${String(line)}: ${oneLine(raw).slice(0, SHOWN_CHARACTERS)}`),
    ]),
    ...describeProducts(summary),
    ...notices.map(({ message }) => oneLine(message)),
    ...(problem === null ? [] : [oneLine(problem)]),
    "",
  ].join("\n");
}

const shownProfile = ({ profile }: Reading): Preview["profile"] =>
  profile === null ? null : { name: profile.name, version: profile.version, built_in: profile.built_in };

const describeProfile = ({ name, version, built_in }: NonNullable<Preview["profile"]>): string =>
  `${oneLine(name)}, ${built_in ? "built-in" : `version ${String(version)}`}`;

/** The first products, and the first rows that would be rejected, one per line. */
function describeProducts({ products, rejects, deleted }: Summary): string[] {
  const lineOf = (line: number, text: string): string =>
    `  line ${String(line)}: ${oneLine(text).slice(0, SHOWN_PRODUCT_CHARACTERS)}`;
  const shown = products.slice(0, EXAMPLES).map(({ line, sku, name, description, active, parent_sku, attributes }) => {
    const texts = Object.entries({ sku, name, description, parent_sku }).filter(([, text]) => text !== "");
    return lineOf(line, JSON.stringify({ ...Object.fromEntries(texts), active, ...attributes }));
  });
  const rejected = rejects
    .slice(0, EXAMPLES)
    .map(({ line, column, message }) => lineOf(line, column === null ? message : `${column}: ${message}`));
  return [
    ...(shown.length === 0 ? [] : ["first products, as an import would store them", ...shown]),
    ...(deleted === 0
      ? []
      : [
          `${deleted.toLocaleString("en")} of the first rows would delete ${deleted === 1 ? "its product" : "their products"}`,
        ]),
    ...(rejected.length === 0 ? [] : ["first rows that would be rejected", ...rejected]),
  ];
}

const REWRITINGS: Readonly<Record<NonNullable<Dialect["rewritten"]>, string>> = {
  quoted_lines: "quotes around each line removed",
  curly_quotes: "typographic quotes around fields replaced with straight ones",
};

/** Tables of a zip file that are not read here can be imported by a later import. */
function describeMember({ name, read, order = 0, has_sku }: NonNullable<Dialect["members"]>[number]): string {
  const notes = [
    read ? "read" : order > 0 ? `not read, imported as number ${(order + 1).toString()}` : "not read",
    ...(has_sku ? ["has a SKU column"] : []),
  ];
  return `"${oneLine(name)}", ${notes.join(", ")}`;
}

function describeSheet({ name, read, hidden, has_sku }: NonNullable<Dialect["sheets"]>[number]): string {
  const notes = [read ? "read" : "not read", ...(hidden ? ["hidden"] : []), ...(has_sku ? ["has a SKU column"] : [])];
  return `"${oneLine(name)}", ${notes.join(", ")}`;
}

function faultLine(fault: { row: number; line: number; code: string; message: string; raw?: string }): string {
  return `${JSON.stringify(fault)}\n`;
}

function rawRecord(records: Records, record: number, characters: number): string {
  const start = records.start[record] as number;
  const end = Math.min(records.end[record] as number, start + characters * 4);
  const text = records.bytes.toString("utf8", start, end);
  return (readBroken(text)?.raw ?? text).slice(0, characters);
}
