// skuport import: sends files to the server and shows the progress. Without a server, imports them in this process.
import type { GivenOptions, Import } from "../../../contract/imports/imports.ts";
import { optionError, readArgs, UsageError, type Command, type Io } from "../command.ts";
import { DIALECT_HELP, DIALECT_OPTIONS, readOverrides, type DialectValues } from "../dialect-options.ts";
import { COLUMN_HELP, COLUMN_OPTIONS, readColumnOptions, type ColumnValues } from "../column-options.ts";
import { withServer, type Server } from "../server/find-server.ts";
import { importAlone } from "./import-alone.ts";
import { createProgress, describeResult } from "./import-progress.ts";
import { importRemotely } from "./import-remotely.ts";
import { findSource, type ImportSource } from "./import-source.ts";
import { oneLine } from "../../terminal.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  mode: { type: "string" },
  repeats: { type: "string" },
  strict: { type: "boolean" },
  active: { type: "boolean" },
  review: { type: "string" },
  "on-new-column": { type: "string" },
  "on-missing-column": { type: "string" },
  ...COLUMN_OPTIONS,
  ...DIALECT_OPTIONS,
} as const;

export const importCommand: Command = {
  name: "import",
  summary: "Import files into the catalogue",
  help: `Usage: skuport import FILE... [options]

Sends FILE to the server and shows the progress. The server is the one that runs on the data folder, or --url. If no server is
running, the command itself imports the file into the database. FILE may be a pipe, or - for standard input.

Several files are imported one after another, in the given order and with the same options. If one of them is not imported, the
files after it are not imported either. The same applies to several tables in a zip file: the tables that contain names are
imported first, then those with a SKU column only.

  --url URL           address of the server
  --data-dir DIR      data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json              print only the finished import, as JSON
  --mode MODE         upsert (default): create and update products; create: only create new products; update: only update
                      existing products
  --repeats WHICH     row to use if the file repeats a SKU: last (default), first, or reject: use the first
                      row and reject the others
  --strict            if any row is rejected, fail the import and change nothing
  --no-active         create a new product as inactive if the file does not say whether it is active
  --review WHEN       always: scan the file, print its figures and what its columns become, and import nothing; unknown:
                      do so only if it is not certain what the columns become, otherwise import; never (default)
${COLUMN_HELP}  --on-new-column WHAT      columns that the profile does not know: attribute: make them attributes; ignore: ignore them;
                            hold: import nothing and ask (default: as in the profile, otherwise attribute)
  --on-missing-column WHAT  columns of the profile that the file lacks: keep: leave their values unchanged; hold: import
                            nothing and ask (default: as in the profile, otherwise keep)

The format of the file is detected; \`skuport read\` shows it. To set it yourself:
${DIALECT_HELP}
Exit code: 0 done, 1 failed or cancelled, 2 usage error, 3 the file needs a decision: nothing was imported, and the
question is printed with the options that answer it. An import that applies no row fails: all rows were rejected or ignored, or
the file has no rows. If some rows are applied, rejected rows fail the import only with --strict, or if nearly all of at least
10,000 rows are rejected.
`,
  async run(args, io) {
    const { values, positionals } = readArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
    if (positionals.length === 0) throw new UsageError("Give a file: skuport import FILE");
    const options = await readOptions(values);
    const sources: (ImportSource & { given: string })[] = [];
    for (const path of positionals) sources.push({ ...(await findSource(path, io)), given: path });
    return withServer(values, io, async (server) => {
      for (const [position, source] of sources.entries()) {
        const code = await importSource(source, { server, options, values, io });
        if (code === 0) continue;
        const left = sources.slice(position + 1).map(({ given }) => oneLine(given));
        if (left.length > 0) io.stderr.write(`Not imported: ${left.join(", ")}\n`);
        return code;
      }
      return 0;
    });
  },
};

interface Setting {
  server: Server | undefined;
  options: Partial<GivenOptions>;
  values: { json?: boolean | undefined; "data-dir"?: string | undefined };
  io: Io;
}

/** Imports a file, with all tables of a zip file, and prints the results. @returns the exit code */
async function importSource(
  source: ImportSource & { given: string },
  { server, options, values, io }: Setting,
): Promise<number> {
  const progress = createProgress(values.json === true ? undefined : io.stderr, source.given, source.size);
  let code: number | undefined;
  const report = (ended: Import): void => {
    progress.end();
    io.stdout.write(values.json === true ? `${JSON.stringify(ended)}\n` : describeResult(ended, server?.base_url));
    code = EXIT_CODES[ended.state] ?? 1;
  };
  const session = { io, progress, report };
  await (
    server === undefined
      ? importAlone(source, options, values, session)
      : importRemotely(server, source, options, session)
  ).finally(() => {
    progress.end();
  });
  if (code === undefined) io.stderr.write("Interrupted before the file was sent. Nothing was imported.\n");
  return code ?? 1;
}

const EXIT_CODES: Partial<Record<Import["state"], number>> = { done: 0, held: 3 };

interface OptionValues extends DialectValues, ColumnValues {
  mode?: string | undefined;
  repeats?: string | undefined;
  strict?: boolean | undefined;
  active?: boolean | undefined;
  review?: string | undefined;
  "on-new-column"?: string | undefined;
  "on-missing-column"?: string | undefined;
}

/** Returns the given options. For missing options, the server uses its defaults. */
async function readOptions(values: OptionValues): Promise<Partial<GivenOptions>> {
  const { mode, repeats, strict, active, review } = values;
  const columns = { on_new_column: values["on-new-column"], on_missing_column: values["on-missing-column"] };
  const given = { mode, repeats, strict, active, review, ...columns };
  const options = { ...given, ...readOverrides(values), ...(await readColumnOptions(values)) };
  if (Object.values(options).every((value) => value === undefined)) return {};
  // Load this module only if needed: most imports have no options, and zod takes longer to load than the rest of the command.
  const { import_query } = await import("../../../contract/imports/imports.ts");
  const result = import_query.safeParse(options);
  if (result.success) return result.data;
  throw optionError(result.error.issues);
}
