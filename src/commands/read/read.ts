// `skuport read`: shows how an import would read a file, as a summary for people or in JSON, or record by record. It imports nothing.
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { DialectOverrides } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";
import { NO_PROFILE } from "../../../contract/profiles/profile-names.ts";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import { planColumns, type PlannedColumns } from "../../imports/options/plan-columns.ts";
import { matchColumns } from "../../imports/read/columns/match-columns.ts";
import type { Table } from "../../imports/read/read-records.ts";
import { readFile, type FileObserver, type ReadOptions, type ScratchFolder } from "../../imports/read/read-file.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { oneLine } from "../../terminal.ts";
import { readArgs, UsageError, type Command, type Io, type OutputStream } from "../command.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides } from "../dialect-options.ts";
import {
  chooseReading,
  memberJudge,
  namedProfile,
  overridesFor,
  ReadAgain,
  type Reading as ProfileReading,
} from "./chosen-profile.ts";
import { problemOfProfileKey } from "../../imports/scan/profile/profile-key.ts";
import { COLUMN_HELP, COLUMN_OPTIONS, readColumnOptions, type ColumnOptions } from "../column-options.ts";
import { describeUnreadable } from "../import/import-source.ts";
import { printCsv, printSummary, type Printer, type PrinterOutput } from "./printers.ts";
import { dataDirIn } from "../server/find-server.ts";
import { createReadServer, type ReadServer } from "./read-server.ts";
import { readServerChoices } from "./remembered-choices.ts";
import { createProductSampler } from "./sample-products.ts";
import { createScratchFolder, scratchDiskFull } from "./scratch-folder.ts";

export const readCommand: Command = {
  name: "read",
  summary: "Show how an import would read a file",
  help: `Usage: skuport read FILE [options]

Shows the file's format, its columns and the product fields they match, the number of lines and records, the
faulty records, and the first products as they would be stored. Nothing is imported.

  --csv               print every record as canonical CSV (header first, comma, LF), and each fault as a line of JSON
                      on stderr. Records with too few or too many fields are printed unchanged, stray quotes are
                      printed as text, and records that are too long or not text are left out
  --json              print the summary as JSON
  --url URL           server whose profiles and remembered columns are used (default: the server that runs on the data folder)
  --data-dir DIR      data folder (default: SKUPORT_DATA_DIR, or ./data)

${COLUMN_HELP.replace("or none. By default, the profile whose columns fit best", "which can also be a file")}
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
        url: { type: "string" },
        "data-dir": { type: "string" },
        ...COLUMN_OPTIONS,
        ...DIALECT_OPTIONS,
      },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new UsageError("Name exactly one file: skuport read FILE");
    if (values.csv === true && values.json === true) throw new UsageError("Use either --csv or --json, not both.");
    const givenColumns = await readColumnOptions(values);
    // `--csv` prints the records of the file, which do not depend on a profile. So no profile is selected.
    const columnOptions = values.csv === true ? { profile: NO_PROFILE, ...givenColumns } : givenColumns;
    const given = readOverrides(values);
    const from = createReadServer(values, io);
    const named = await from.withRemedy(namedProfile(columnOptions, from));

    const output = openOutput(io);
    let scratchPath = tmpdir();
    try {
      const stats = await stat(path);
      if (!stats.isFile() && !stats.isDirectory()) {
        throw new UsageError(
          `${oneLine(path)} is not a regular file, and \`skuport read\` has to read a file twice. Save its content to a file first.`,
        );
      }
      const createScratch = async (): Promise<ScratchFolder> => {
        const scratch = await createScratchFolder(await io.loadConfig(dataDirIn(values)));
        scratchPath = scratch.path;
        return scratch;
      };
      const createPrinter = (): Printer =>
        values.csv === true
          ? printCsv(output)
          : printSummary(output, values.json === true, { path, size: stats.size }, createProductSampler());
      const reading = { path, columns: columnOptions, given, from, io };
      await from.withRemedy(
        readChosen(reading, named, createPrinter, {
          createScratch,
          signal: output.signal,
          fits_all: values.csv !== true,
        }),
      );
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

interface Reading {
  path: string;
  columns: ColumnOptions;
  given: DialectOverrides;
  from: ReadServer;
  io: Io;
}

/** Reads the file with the named profile, or with the profile that the file's columns select. */
async function readChosen(
  reading: Reading,
  named: KnownProfile | null,
  createPrinter: () => Printer,
  options: Omit<ReadOptions, "overrides">,
): Promise<void> {
  const { path, columns, given, from, io } = reading;
  const printer = createPrinter();
  const observer: FileObserver = {
    ...printer,
    async onTable(dialect, table) {
      const chosen = await chooseReading({ ...table, dialect }, columns, named, from);
      const found = chosen.options.mapping === undefined ? await withRemembered(table, from, io) : table;
      const planned = { ...found, ...planColumns(found, chosen.options, chosen.profile) };
      await printer.onTable(dialect, {
        ...planned,
        reading: { ...chosen, question: chosen.question ?? keyProblemOf(planned, chosen) },
      });
    },
  };
  try {
    const overrides = await overridesFor(path, columns, named, given);
    await printer.finish(
      await readFile(path, { ...options, overrides, judge: memberJudge(columns, named, from) }, observer),
    );
  } catch (error) {
    if (!(error instanceof ReadAgain)) throw error;
    const again = { ...reading, given: { ...given, ...error.overrides } };
    await readChosen(again, error.profile, createPrinter, options);
  }
}

const keyProblemOf = (table: Table & PlannedColumns, { profile, options }: ProfileReading): Problem | undefined =>
  profile === null ? undefined : problemOfProfileKey(table, options, profile.name);

/** Matches the columns again, with the choices that the server remembers. */
async function withRemembered(table: Table, from: ReadServer, io: Io): Promise<Table> {
  if (table.header.length === 0 || table.header_fault !== null) return table;
  const choices = await readServerChoices(from, io);
  return choices.length === 0 ? table : { ...table, columns: matchColumns(table.header, table.rows, choices) };
}

interface Output extends PrinterOutput {
  flush: () => Promise<void>;
  /** True once the program that reads our output has exited, as in `skuport read … | head`. In that case, the command ends without an
   * error. */
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
  async function write(stream: OutputStream, text: string): Promise<void> {
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
