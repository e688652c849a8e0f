// A restore marks the data folder before it changes anything, and removes the mark at its end. If the mark is left, the restore was
// interrupted: database and files may be of different backups.
import { constants } from "node:fs";
import { lstat, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** The mark of an interrupted restore is in the data folder. The message contains the remedy. */
export class InterruptedRestoreError extends Error {
  override readonly name = "InterruptedRestoreError";
}

const markOf = (dataDir: string): string => join(dataDir, "restore-incomplete");

/** Follows no symbolic link: if root restores, it must not overwrite a file to which the user of the server has put a link. */
const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
const WRITE = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;

/** @param backup the path of the backup, for the person who finds the mark */
export async function markRestore(dataDir: string, backup: string): Promise<void> {
  const file = await open(markOf(dataDir), WRITE, 0o600);
  try {
    await file.writeFile(`A restore of ${backup} was not completed. Run skuport restore again.\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dataDir);
}

export async function unmarkRestore(dataDir: string): Promise<void> {
  await rm(markOf(dataDir), { force: true });
  await syncFolder(dataDir);
}

export const isRestoreIncomplete = (dataDir: string): Promise<boolean> =>
  lstat(markOf(dataDir)).then(
    () => true,
    () => false,
  );

/** @throws {InterruptedRestoreError} */
export async function refuseIncompleteRestore(dataDir: string): Promise<void> {
  if (await isRestoreIncomplete(dataDir))
    throw new InterruptedRestoreError(
      `A restore into the data folder ${dataDir} is running, or was interrupted. If it was interrupted, run the same \`skuport restore\` again.`,
    );
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
