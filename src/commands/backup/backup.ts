// skuport backup: writes database, uploaded files and keys to one file, while the server and imports run.
import { once } from "node:events";
import { resolve } from "node:path";
import type { Sink } from "../../backup/backup-writer.ts";
import { makeBackup, type BackupReport } from "../../backup/make-backup.ts";
import { writeOutputFile } from "../../backup/output-file.ts";
import type { Config } from "../../config.ts";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import { connectClient, type DatabaseAddress } from "../../db/connection/connect.ts";
import { bucketLocation } from "../../imports/file-stores/bucket/settings.ts";
import { recordAudit } from "../../identity/audit/audit.ts";
import { createLog } from "../../processes/log.ts";
import { openDatabase } from "../../processes/open-database.ts";
import { VERSION } from "../../version.ts";
import { readArgs, UsageError, type Command, type Io, type OutputStream } from "../command.ts";
import { countOf, sizeOf } from "./words.ts";

const NAME = "skuport backup";

export const backupCommand: Command = {
  name: "backup",
  summary: "Write a backup of the catalogue, files and keys",
  help: `Usage: skuport backup FILE [--data-dir DIR]

Writes the database, the uploaded files of unfinished imports, and the file secrets.key to FILE. The server and imports may run: the
backup shows the state of one moment. An existing FILE is replaced when the backup is complete. With - as FILE, writes to
standard output.

FILE contains the keys that encrypt the secrets of webhooks. Only you can read it; keep it as safe as the data folder. It does not
contain sessions and sign-in links. If uploaded files are in a bucket (SKUPORT_FILES), FILE does not contain them either.

Prints one line and exits with 0 if the backup is complete, with 1 if it failed. Restore it with \`skuport restore FILE\`.

  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values, positionals } = readArgs({
      args,
      allowPositionals: true,
      options: { "data-dir": { type: "string" } },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0)
      throw new UsageError("Write the name of one file, such as backup.tar.");
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, NAME);
    const started = performance.now();
    const database = await openDatabase(config, NAME, log, { migrates: false });
    try {
      const { result: report, bytes } = await write(file, config, database.address, io);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const line = `${describe(report)}, ${sizeOf(bytes)} in ${seconds} s.`;
      (file === "-" ? io.stderr : io.stdout).write(`Backup written${file === "-" ? "" : ` to ${file}`}: ${line}\n`);
      if (config.files_bucket !== undefined && report.imports > 0)
        io.stderr.write(
          `The uploaded files of ${countOf(report.imports, "unfinished import")} are not in the backup: they stay in ${bucketLocation(config.files_bucket)}. A restored import continues if its file is still there; otherwise it fails.\n`,
        );
      if (report.missing.length > 0)
        io.stderr.write(
          `The uploaded files of ${countOf(report.missing.length, "unfinished import")} were not found in ${config.data_dir}. After a restore, these imports will fail.\n`,
        );
    } finally {
      await database.close();
    }
    return 0;
  },
};

async function write(
  file: string,
  config: Config,
  address: DatabaseAddress,
  io: Io,
): Promise<{ result: BackupReport; bytes: number }> {
  const client = await connectClient(address, { application_name: NAME });
  const writeTo = (sink: Sink): Promise<BackupReport> =>
    makeBackup({
      client,
      data_dir: config.data_dir,
      has_bucket: config.files_bucket !== undefined,
      version: VERSION,
      sink,
      signal: io.signal,
    });
  try {
    const written =
      file === "-"
        ? await writeToStream(io.stdout, writeTo)
        : await writeOutputFile(resolve(file), config.disk_reserve_bytes, writeTo);
    // A database of an older version may not have the table of the audit log.
    if (written.result.is_current)
      await recordAudit(client, { action: "backup-made", actor: LOCAL_ACTOR, detail: { file } });
    return written;
  } finally {
    await client.end();
  }
}

async function writeToStream<T>(
  stdout: OutputStream,
  write: (sink: Sink) => Promise<T>,
): Promise<{ result: T; bytes: number }> {
  let bytes = 0;
  const result = await write(async (block) => {
    bytes += block.length;
    if (!stdout.write(block)) await once(stdout, "drain");
  });
  return { result, bytes };
}

const describe = ({ products, imports, has_keys }: BackupReport): string =>
  [countOf(products, "product"), countOf(imports, "unfinished import"), has_keys ? "keys" : "no key file"].join(", ");
