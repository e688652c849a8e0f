// Writes the files of a restore to a separate folder in the data folder. They replace the earlier files after the database's commit.
import { chown, mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../db/data-dir/interrupted-restore.ts";
import type { Manifest } from "./manifest.ts";

const stagingOf = (dataDir: string): string => join(dataDir, "restore");

export interface StagedFiles {
  write(name: string, bytes: Buffer): Promise<void>;
  writeKeys(bytes: Buffer): Promise<void>;
  /** Waits until all files are on disk. Returns the name of a file that has another size than in the manifest. */
  finish(): Promise<string | undefined>;
}

/** Creates the folder and its files, which are empty. Deletes what an interrupted restore has left. */
export async function stageFiles(dataDir: string, { files }: Pick<Manifest, "files">): Promise<StagedFiles> {
  const staging = stagingOf(dataDir);
  await discardStaged(dataDir);
  await mkdir(join(staging, "files"), { recursive: true, mode: 0o700 });
  for (const { name } of files) await (await createFile(join(staging, "files", name))).close();
  let current: { name: string; handle: FileHandle } | undefined;
  const close = async (): Promise<void> => {
    await current?.handle.sync();
    await current?.handle.close();
    current = undefined;
  };
  return {
    async write(name, bytes) {
      if (current?.name !== name) {
        await close();
        current = { name, handle: await open(join(staging, "files", name), "a", 0o600) };
      }
      // Not `write`, which may write a part of the bytes.
      await current.handle.writeFile(bytes);
    },
    async writeKeys(bytes) {
      const file = await createFile(join(staging, "secrets.key"));
      await file.writeFile(bytes);
      await file.sync();
      await file.close();
    },
    async finish() {
      await close();
      await giveToOwner(dataDir, staging);
      await syncFolder(join(staging, "files"));
      await syncFolder(staging);
      for (const { name, bytes } of files) if ((await stat(join(staging, "files", name))).size !== bytes) return name;
      return undefined;
    },
  };
}

/** Gives the files to the owner of the data folder if root restores them: the user of the server could not read them otherwise. */
async function giveToOwner(dataDir: string, staging: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  for (const name of ["", ...(await readdir(staging, { recursive: true }))]) await chown(join(staging, name), uid, gid);
}

/** Puts the staged files in the place of the earlier ones. An interruption leaves a mixture, so the folder must be marked. */
export async function useStagedFiles(dataDir: string): Promise<void> {
  const staging = stagingOf(dataDir);
  await rm(join(dataDir, "files"), { recursive: true, force: true });
  await rename(join(staging, "files"), join(dataDir, "files"));
  if ((await stat(join(staging, "secrets.key")).catch(() => undefined)) !== undefined)
    await rename(join(staging, "secrets.key"), join(dataDir, "secrets.key"));
  await syncFolder(dataDir);
  await discardStaged(dataDir);
}

export const discardStaged = (dataDir: string): Promise<void> =>
  rm(stagingOf(dataDir), { recursive: true, force: true });

const createFile = (path: string): Promise<FileHandle> => open(path, "wx", 0o600);
