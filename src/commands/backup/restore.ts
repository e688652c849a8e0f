// skuport restore: replaces database, uploaded files and keys by those of a backup.
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { AccessReport } from "../../backup/access.ts";
import { verifyBackup, type VerifiedBackup } from "../../backup/backup-reader.ts";
import { planMigrations, requireSpace, restoreBackup, RestoreError } from "../../backup/restore-backup.ts";
import { isUsed, listOtherSessions } from "../../backup/restore-tables.ts";
import type { Config } from "../../config.ts";
import { connectClient } from "../../db/connection/connect.ts";
import { createDiskReserve } from "../../db/data-dir/disk-reserve.ts";
import { isRestoreIncomplete } from "../../db/data-dir/interrupted-restore.ts";
import { createLog } from "../../processes/log.ts";
import { holdDatabase } from "../../processes/open-database.ts";
import { oneLine } from "../../terminal.ts";
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

Nothing that was withdrawn since the backup becomes valid again: users keep the role, the password and the state (enabled or disabled) that
they have in the replaced database, and API keys that are not valid there are revoked. Into an empty database, which cannot show what
was withdrawn, users are restored as they are in the backup, and all API keys are revoked. --restore-access restores all of them as they
are in the backup. The audit log keeps its newer entries.

If the restore is killed, Skuport does not start on the data folder until you run it again.

The exit code is 0 if the backup was restored, 1 if it failed, and 3 if it was not started because --replace is missing.

  --replace         replace the contents of the data folder and the database without a question
  --restore-access  restore roles, passwords, disabled users and API keys as they are in the backup
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values, positionals } = readArgs({
      args,
      allowPositionals: true,
      options: {
        "data-dir": { type: "string" },
        replace: { type: "boolean" },
        "restore-access": { type: "boolean" },
      },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError("Write the name of one backup file.");
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const backup = await verifyBackup(resolve(file), io.signal);
    return await restore(backup, config, io, {
      replaces: values.replace ?? false,
      restores_access: values["restore-access"] ?? false,
    });
  },
};

async function restore(
  backup: VerifiedBackup,
  config: Config,
  io: Io,
  { replaces, restores_access }: { replaces: boolean; restores_access: boolean },
): Promise<number> {
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
          `The database is in use by ${others.join(", ")}. Stop the server and all workers, and wait until other commands have ended.`,
        );
      const needsConsent = (await isUsed(client)) && !(await isRestoreIncomplete(dataDir));
      if (needsConsent && !replaces && !(await mayReplace(backup, dataDir, io))) return 3;
      const options = { backup, client, data_dir: dataDir, signal: io.signal, restores_access };
      const { products, access } = await restoreBackup(options, plan);
      const { created_at, files } = backup.manifest;
      io.stdout.write(
        `Restored ${countOf(products, "product")} and ${countOf(files.length, "file")} as of ${created_at}.\n`,
      );
      io.stdout.write(describeAccess(access, restores_access));
      return 0;
    } finally {
      await client.end();
    }
  } finally {
    await database.close();
  }
}

/** Names the users and API keys whose access the backup and the replaced database describe differently, and what became of them. */
function describeAccess({ users, keys }: AccessReport, restoresAccess: boolean): string {
  const lines: [names: string[], about: string][] = restoresAccess
    ? [
        [users, "Users whose role, password or state is that of the backup again, although it was changed since"],
        [keys, "API keys that are valid again, although they were not before the restore"],
      ]
    : [
        [users, "Users that keep the role, the password or the state that they had before the restore"],
        [keys, "API keys that were revoked, because they were not valid before the restore"],
      ];
  const shown = lines.filter(([names]) => names.length > 0).map(([names, about]) => `${about}: ${listOf(names)}.\n`);
  if (!restoresAccess && keys.length > 0)
    shown.push("Create new API keys, or restore the backup again with --restore-access.\n");
  return shown.join("");
}

function listOf(names: readonly string[]): string {
  const more = names.length - MAX_SHOWN;
  return (
    names
      .slice(0, MAX_SHOWN)
      .map((name) => oneLine(name))
      .join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "")
  );
}

/** Maximum number of names in a line of the report. */
const MAX_SHOWN = 20;

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
