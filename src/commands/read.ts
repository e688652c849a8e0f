// skuport read: what the importer sees in a file, for people, as a summary, or record by record; nothing is imported.
import { stat } from "node:fs/promises";
import { once } from "node:events";
import { MAX_RAW_CHARACTERS, REJECT_CODES, type Dialect } from "../../contract/imports/imports.ts";
import { csvLine } from "../csv-line.ts";
import { describeMissingSku } from "../imports/read/columns/match-columns.ts";
import { HEADER_REPEATED, readFile, type Fault, type Looker } from "../imports/read/read-file.ts";
import type { Table } from "../imports/read/read-records.ts";
import type { Records } from "../imports/read/records.ts";
import { recordTexts } from "../imports/read/split-records.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides } from "./dialect-options.ts";
import { readArgs, UsageError, type Command, type Io } from "./command.ts";
import { describeUnreadable } from "./import-source.ts";
import { oneLine } from "../terminal.ts";

type FaultCode = Fault["code"];
const MESSAGES: Record<FaultCode, string> = { ...REJECT_CODES, [HEADER_REPEATED]: "The record repeats the header" };

/** Faults shown of each kind, and characters of a record shown with a fault. */
const EXAMPLES = 3;
const SHOWN_CHARACTERS = 100;
/** Too long, or not text: what could be printed of such a record is not what stands in the file. */
const UNPRINTABLE: ReadonlySet<FaultCode> = new Set(["record_too_long", "not_text"]);

export const readCommand: Command = {
  name: "read",
  summary: "Show what the importer sees in a file",
  help: `Usage: skuport read FILE [options]

Shows how the file is written, its columns and what they match, its lines and records, and what is wrong with which of
them. Nothing is imported.

  --csv               print every record as it was read, as canonical CSV (header first, comma, LF); each fault is a
                      line of JSON on stderr. Ragged records are printed as they stand; one with a stray quote with
                      that quote as text; one too long or not text is left out
  --json              print a summary as JSON

What is not said is detected:
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
    try {
      const found = await stat(path);
      if (!found.isFile() && !found.isDirectory()) {
        throw new UsageError(
          `${oneLine(path)} is no regular file, and \`skuport read\` reads a file twice. Save what it contains to a file first.`,
        );
      }
      const { size } = found;
      const looker = values.csv === true ? csvLooker(output) : summaryLooker(values.json === true, path, size, output);
      const counts = await readFile(path, overrides, looker, output.signal);
      await looker.finish(counts);
      await output.flush();
      return 0;
    } catch (error) {
      if (output.isClosed()) return 0;
      if (io.signal.aborted) return 1;
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
  /** Whoever read our output has gone (`skuport read … | head`): no fault, and nothing left to do. */
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

interface FinishingLooker extends Looker {
  finish: (counts: { lines: number; rows: number }) => Promise<void>;
}

function csvLooker(output: Output): FinishingLooker {
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
    async onBatch(records, faults) {
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

function summaryLooker(asJson: boolean, path: string, size: number, output: Output): FinishingLooker {
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
    onBatch(records, faults) {
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
