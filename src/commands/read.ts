// `skuport read`: shows how an import would read a file, as a summary for people or in JSON, or record by record. It imports nothing.
import { stat } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { MAX_RAW_CHARACTERS, REJECT_CODES, type Dialect } from "../../contract/imports/imports.ts";
import { csvLine } from "../csv-line.ts";
import { describeMissingSku } from "../imports/read/columns/match-columns.ts";
import {
  HEADER_REPEATED,
  readFile,
  type Fault,
  type FileObserver,
  type ScratchFolder,
} from "../imports/read/read-file.ts";
import type { Table } from "../imports/read/read-records.ts";
import { recordTexts } from "../imports/read/field-text.ts";
import type { Records } from "../imports/read/records.ts";
import { isDiskFull } from "../db/data-dir/disk-reserve.ts";
import { createScratchFolder, scratchDiskFull } from "./scratch-folder.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides } from "./dialect-options.ts";
import { readArgs, UsageError, type Command, type Io } from "./command.ts";
import { describeUnreadable } from "./import-source.ts";
import { oneLine } from "../terminal.ts";

type FaultCode = Fault["code"];
const MESSAGES: Record<FaultCode, string> = { ...REJECT_CODES, [HEADER_REPEATED]: "The record repeats the header" };

/** Faults of each kind that the summary shows, and characters of a record shown with them. */
const EXAMPLES = 3;
const SHOWN_CHARACTERS = 100;
/** Records that `--csv` leaves out: they are too long, or not text, and could only be printed changed. */
const UNPRINTABLE: ReadonlySet<FaultCode> = new Set(["record_too_long", "not_text"]);

export const readCommand: Command = {
  name: "read",
  summary: "Show how an import would read a file",
  help: `Usage: skuport read FILE [options]

Shows the file's format, its columns and the product fields they match, the number of lines and records, and the
faulty records. Nothing is imported.

  --csv               print every record as canonical CSV (header first, comma, LF), and each fault as a line of JSON
                      on stderr. Records with too few or too many fields are printed unchanged, stray quotes are
                      printed as text, and records that are too long or not text are left out
  --json              print the summary as JSON

Options for the file's format; a property that is not given is detected:
${DIALECT_HELP}`,
  async run(args, io) {
    const { values, positionals } = readArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: {
        csv: { type: "boolean" },
        json: { type: "boolean" },
        ...DIALECT_OPTIONS,
      },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new UsageError("Name one file: skuport read FILE");
    if (values.csv === true && values.json === true) throw new UsageError("Choose one of --csv and --json");
    const overrides = readOverrides(values);

    const output = openOutput(io);
    let scratchPath = tmpdir();
    try {
      const stats = await stat(path);
      if (!stats.isFile() && !stats.isDirectory()) {
        throw new UsageError(
          `${oneLine(path)} is not a regular file, and \`skuport read\` has to read a file twice. Save its content to a file first.`,
        );
      }
      const observer =
        values.csv === true ? printCsv(output) : printSummary(output, values.json === true, path, stats.size);
      const createScratch = async (): Promise<ScratchFolder> => {
        const scratch = await createScratchFolder(await io.loadConfig());
        scratchPath = scratch.path;
        return scratch;
      };
      const counts = await readFile(path, { overrides, createScratch, signal: output.signal }, observer);
      await observer.finish(counts);
      await output.flush();
      return 0;
    } catch (error) {
      if (output.isClosed()) return 0;
      if (io.signal.aborted) return 1;
      if (isDiskFull(error)) throw scratchDiskFull(scratchPath, error);
      const fault = error as NodeJS.ErrnoException;
      if (fault.code === undefined) throw error;
      io.stderr.write(`${describeUnreadable(path, fault)}\n`);
      return 1;
    }
  },
};

interface Output {
  print: (text: string) => Promise<void>;
  warn: (text: string) => Promise<void>;
  flush: () => Promise<void>;
  /** True once the reader of our output has closed it, as in `skuport read … | head`. The command then ends without an error. */
  isClosed: () => boolean;
  signal: AbortSignal;
}

function openOutput(io: Io): Output {
  const closed = new AbortController();
  for (const stream of [io.stdout, io.stderr]) {
    stream.on("error", () => {
      closed.abort();
    });
  }
  const signal = AbortSignal.any([io.signal, closed.signal]);
  async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
    signal.throwIfAborted();
    if (text !== "" && !stream.write(text)) await once(stream, "drain", { signal });
  }
  return {
    print: (text) => write(io.stdout, text),
    warn: (text) => write(io.stderr, text),
    async flush() {
      for (const stream of [io.stdout, io.stderr]) {
        await new Promise<void>((resolve) => {
          stream.write("", () => {
            resolve();
          });
        });
      }
    },
    isClosed: () => closed.signal.aborted,
    signal,
  };
}

interface Printer extends FileObserver {
  /** Called with the file's counts after the last record. */
  finish: (counts: { lines: number; rows: number }) => Promise<void>;
}

function printCsv(output: Output): Printer {
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

function printSummary(output: Output, asJson: boolean, path: string, size: number): Printer {
  const groups = new Map<FaultCode, FaultGroup>();
  let dialect: Dialect | undefined;
  let table: Table | undefined;
  return {
    onTable(foundDialect, foundTable) {
      dialect = foundDialect;
      table = foundTable;
      if (table.header_fault !== null)
        addFault(groups, { row: 0, line: table.header_line, code: table.header_fault }, csvLine(table.header));
    },
    onRecords(records, faults) {
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
      const { columns } = table;
      const faults = [...groups.values()];
      const hasSku = columns.some(({ target }) => target === "sku");
      const summary = {
        file: path,
        size,
        dialect,
        columns,
        lines,
        records: rows,
        faults,
        problem: hasSku ? null : describeMissingSku(columns),
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
  columns: Table["columns"];
  lines: number;
  records: number;
  faults: FaultGroup[];
  problem: string | null;
}

function describe({ file, size, dialect, columns, lines, records, faults, problem }: Summary, table: Table): string {
  const count = (number: number, noun: string): string =>
    `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const width = Math.min(40, Math.max(0, ...columns.map(({ name }) => name.length)));
  const bad = faults.reduce((sum, group) => sum + group.count, 0);
  return [
    `${oneLine(file)}, ${count(size, "byte")}`,
    `  encoding   ${dialect.encoding}`,
    `  delimiter  ${JSON.stringify(dialect.delimiter)}`,
    `  quote      ${dialect.quote === "" ? "none" : dialect.quote}`,
    `  escape     ${dialect.escape === "" ? "none" : dialect.escape === dialect.quote ? "doubled quote" : dialect.escape}`,
    `  line ends  ${dialect.line_ending}`,
    `  header     ${dialect.header ? `line ${String(table.header_line)}` : "none"}`,
    `  preamble   ${dialect.preamble === 0 ? "none" : count(dialect.preamble, "line")}`,
    count(columns.length, "column"),
    ...columns.map(
      ({ name, target }, position) =>
        `  ${String(position + 1).padStart(4)}  ${oneLine(name.slice(0, SHOWN_CHARACTERS)).padEnd(width)}  ${target}`,
    ),
    `${count(lines, "line")}, ${count(records, "record")}, ${count(bad, "fault")}`,
    ...faults.flatMap((group) => [
      `  ${group.code}: ${group.message}, ${count(group.count, "time")}`,
      ...group.examples.map(({ line, raw }) => `    line ${String(line)}: ${oneLine(raw).slice(0, SHOWN_CHARACTERS)}`),
    ]),
    ...(problem === null ? [] : [oneLine(problem)]),
    "",
  ].join("\n");
}

function faultLine(fault: { row: number; line: number; code: string; message: string; raw?: string }): string {
  return `${JSON.stringify(fault)}\n`;
}

function rawRecord(records: Records, record: number, characters: number): string {
  const start = records.start[record] as number;
  const end = Math.min(records.end[record] as number, start + characters * 4);
  return records.bytes.toString("utf8", start, end).slice(0, characters);
}
