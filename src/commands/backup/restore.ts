// skuport restore: replaces database, uploaded files and keys by those of a backup.
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { verifyBackup, type VerifiedBackup } from "../../backup/backup-reader.ts";
import { planMigrations, requireSpace, restoreBackup, RestoreError } from "../../backup/restore-backup.ts";
import { isUsed, listOtherSessions } from "../../backup/restore-tables.ts";
import type { Config } from "../../config.ts";
import { connectClient } from "../../db/connection/connect.ts";
import { createDiskReserve } from "../../db/data-dir/disk-reserve.ts";
import { isRestoreIncomplete } from "../../db/data-dir/interrupted-restore.ts";
import { createLog } from "../../processes/log.ts";
import { holdDatabase } from "../../processes/open-database.ts";
import { countOf } from "./words.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";

const NAME = "skuport restore";

export const restoreCommand: Command = {
  name: "restore",
  summary: "Replace the catalogue, files and keys by those of a backup",
  help: `Usage: skuport restore FILE [options]

Restores a backup that \`skuport backup\` has written, into the data folder and its database, or into the database at DATABASE_URL. The
server and all workers must be stopped. First verifies the whole backup; a damaged one changes nothing. If the backup was made by an older
version of Skuport, migrates it. Everyone has to sign in again, and unfinished imports continue at the next start of the server.

If the data folder or the database is already in use, restore asks before it replaces their contents. Without a terminal, use --replace.
If the restore is killed, Skuport does not start on the data folder until you run it again.

The exit code is 0 if the backup was restored, 1 if it failed, and 3 if it was not started because --replace is missing.

  --replace         replace the contents of the data folder and the database without a question
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values, positionals } = readArgs({
      args,
      allowPositionals: true,
      options: { "data-dir": { type: "string" }, replace: { type: "boolean" } },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError("Write the name of one backup file.");
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const backup = await verifyBackup(resolve(file), io.signal);
    return await restore(backup, config, io, values.replace ?? false);
  },
};

async function restore(backup: VerifiedBackup, config: Config, io: Io, replace: boolean): Promise<number> {
  const plan = await planMigrations(backup);
  const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, NAME);
  const disk = createDiskReserve(config.data_dir, config.disk_reserve_bytes);
  await requireSpace(backup, disk, config.database_url === undefined);
  const database = await holdDatabase(config, NAME, log, { migrates: false, restores: true });
  try {
    const dataDir = database.data_dir?.path ?? config.data_dir;
    const client = await connectClient(database.address, { application_name: NAME });
    try {
      const others = await listOtherSessions(client);
      if (others.length > 0)
        throw new RestoreError(
          `The database is in use by ${others.join(", ")}. Stop the server and all workers first.`,
        );
      const needsConsent = (await isUsed(client)) && !(await isRestoreIncomplete(dataDir));
      if (needsConsent && !replace && !(await mayReplace(backup, dataDir, io))) return 3;
      const products = await restoreBackup({ backup, client, data_dir: dataDir, signal: io.signal }, plan);
      const { created_at, files } = backup.manifest;
      io.stdout.write(
        `Restored ${countOf(products, "product")} and ${countOf(files.length, "file")} as of ${created_at}.\n`,
      );
      return 0;
    } finally {
      await client.end();
    }
  } finally {
    await database.close();
  }
}

/** Asks the person at the terminal. */
async function mayReplace({ manifest }: VerifiedBackup, dataDir: string, io: Io): Promise<boolean> {
  if (!io.stdin.isTTY) {
    io.stderr.write(
      `The database of the data folder ${dataDir} already contains a catalogue. Nothing was changed. To replace its contents by the backup, add --replace.\n`,
    );
    return false;
  }
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const question = `Replace all contents of the data folder ${dataDir} and its database by the backup of ${manifest.created_at}? (y/n) `;
    const answer = await terminal.question(question, { signal: io.signal });
    if (/^y(es)?$/i.test(answer.trim())) return true;
    io.stderr.write("Nothing was changed.\n");
    return false;
  } finally {
    terminal.close();
  }
}
