// Writes the files of a restore to a separate folder in the data folder. They replace the earlier files after the database's commit.
import { constants } from "node:fs";
import { mkdir, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../db/data-dir/interrupted-restore.ts";
import type { Manifest } from "./manifest.ts";

const stagingOf = (dataDir: string): string => join(dataDir, "restore");

export interface StagedFiles {
  write(name: string, bytes: Buffer): Promise<void>;
  writeKeys(bytes: Buffer): Promise<void>;
  /** Waits until all files are on disk. Returns the name of a file that has another size than in the manifest. */
  finish(): Promise<string | undefined>;
  /** Closes the file that is being written. */
  abort(): Promise<void>;
}

/** Creates the folder and its files, which are empty. Deletes what an interrupted restore has left. */
export async function stageFiles(dataDir: string, { files }: Pick<Manifest, "files">): Promise<StagedFiles> {
  const staging = stagingOf(dataDir);
  const owner = await ownerOf(dataDir);
  await discardStaged(dataDir);
  for (const folder of [staging, join(staging, "files")]) await mkdir(folder, { mode: 0o700 });
  for (const { name } of files) await (await createFile(join(staging, "files", name), owner)).close();
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
        current = { name, handle: await open(join(staging, "files", name), APPEND) };
      }
      // Not `write`, which may write a part of the bytes.
      await current.handle.writeFile(bytes);
    },
    async writeKeys(bytes) {
      const file = await createFile(join(staging, "secrets.key"), owner);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    async finish() {
      await close();
      for (const folder of [join(staging, "files"), staging]) await giveFolder(folder, owner);
      await syncFolder(join(staging, "files"));
      await syncFolder(staging);
      for (const { name, bytes } of files) if ((await stat(join(staging, "files", name))).size !== bytes) return name;
      return undefined;
    },
    async abort() {
      await current?.handle.close();
      current = undefined;
    },
  };
}

interface Owner {
  uid: number;
  gid: number;
}

/** Returns the owner of the data folder if root restores: the user of the server could not read files of root. */
const ownerOf = async (dataDir: string): Promise<Owner | undefined> =>
  process.geteuid?.() === 0 ? stat(dataDir) : undefined;

/** The user of the server can put symbolic links into the data folder. Root must not follow them: it would write to other files, or give
 * them to that user. */
const { O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;
const APPEND = O_WRONLY | O_APPEND | O_NOFOLLOW;
const FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

async function giveFolder(path: string, owner: Owner | undefined): Promise<void> {
  if (owner === undefined) return;
  const folder = await open(path, FOLDER);
  await folder.chown(owner.uid, owner.gid).finally(() => folder.close());
}

/** Puts the staged files in the place of the earlier ones. If this is interrupted, both kinds of files remain. The caller must
 * therefore have marked the folder with `markRestore`. */
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

/** Fails if anything has this name, even a symbolic link. */
async function createFile(path: string, owner: Owner | undefined): Promise<FileHandle> {
  const file = await open(path, "wx", 0o600);
  try {
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
