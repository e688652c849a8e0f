// `skuport read`: shows how an import would read a file, as a summary for people or in JSON, or record by record. It imports nothing.
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import { overridesOf } from "../../imports/options/overrides.ts";
import { planColumns } from "../../imports/options/plan-columns.ts";
import { readFile, type FileObserver, type ScratchFolder } from "../../imports/read/read-file.ts";
import { oneLine } from "../../terminal.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides } from "../dialect-options.ts";
import { withProfile } from "./named-profile.ts";
import { COLUMN_HELP, COLUMN_OPTIONS, readColumnOptions } from "../column-options.ts";
import { describeUnreadable } from "../import/import-source.ts";
import { printCsv, printSummary, type PrinterOutput } from "./printers.ts";
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
        ...COLUMN_OPTIONS,
        ...DIALECT_OPTIONS,
      },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) throw new UsageError("Name exactly one file: skuport read FILE");
    if (values.csv === true && values.json === true) throw new UsageError("Use either --csv or --json, not both.");
    const columnOptions = await withProfile(await readColumnOptions(values), io);
    const overrides = overridesOf({ ...columnOptions, ...readOverrides(values) });

    const output = openOutput(io);
    let scratchPath = tmpdir();
    try {
      const stats = await stat(path);
      if (!stats.isFile() && !stats.isDirectory()) {
        throw new UsageError(
          `${oneLine(path)} is not a regular file, and \`skuport read\` has to read a file twice. Save its content to a file first.`,
        );
      }
      const printer =
        values.csv === true
          ? printCsv(output)
          : printSummary(output, values.json === true, { path, size: stats.size }, createProductSampler(columnOptions));
      const observer: FileObserver = {
        ...printer,
        onTable: (dialect, table) => printer.onTable(dialect, { ...table, ...planColumns(table, columnOptions) }),
      };
      const createScratch = async (): Promise<ScratchFolder> => {
        const scratch = await createScratchFolder(await io.loadConfig());
        scratchPath = scratch.path;
        return scratch;
      };
      const counts = await readFile(path, { overrides, createScratch, signal: output.signal }, observer);
      await printer.finish(counts);
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
