// Reads the members of a backup in order, and verifies the whole file. Holds one member in memory.
import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip as gunzipWithCallback } from "node:zlib";
import type { z } from "zod";
import { sha256Of } from "./backup-writer.ts";
import { checksums, CHECKSUMS, CHECKSUMS_HASH, MANIFEST, manifest, type Checksums, type Manifest } from "./manifest.ts";
import { HEADER_BYTES, paddingOf, readTarHeader, TAR_END } from "./tar.ts";

const gunzip = promisify(gunzipWithCallback);

/** Maximum size of a member. Our parts have a few MB; the checksums of a backup of 1 TB have 30 MB. */
const MAX_MEMBER_BYTES = 256 << 20;
/** Maximum size of a part after decompression. */
const MAX_PART_BYTES = 64 << 20;

/** The file is not a backup that this program can restore. The message gives the reason and what to do. */
export class BackupFileError extends Error {
  override readonly name = "BackupFileError";
}

export interface Member {
  name: string;
  bytes: Buffer;
}

export interface VerifiedBackup {
  path: string;
  manifest: Manifest;
  checksums: Checksums;
}

/** Reads the whole file once and compares all checksums.
 * @throws {BackupFileError} if the file is not a backup, is incomplete or is damaged */
export async function verifyBackup(path: string, signal?: AbortSignal): Promise<VerifiedBackup> {
  let first: Manifest | undefined;
  let found: { contents: Checksums; hash: string; whole: string } | undefined;
  let isProven = false;
  const members: Checksums["members"] = [];
  for await (const { member, before } of readBlocks(path, signal)) {
    const { name, bytes } = member;
    if (first === undefined) first = readManifest(path, member);
    if (isProven) throw damaged(path, `it contains ${name} after its end`);
    if (found !== undefined) {
      if (name !== CHECKSUMS_HASH || bytes.toString() !== `${found.hash}\n`)
        throw damaged(path, "its checksums differ");
      isProven = true;
    } else if (name === CHECKSUMS) {
      found = { contents: parse(checksums, bytes, path), hash: sha256Of(bytes), whole: before };
    } else members.push({ name, bytes: bytes.length, sha256: sha256Of(bytes) });
  }
  if (first === undefined || found === undefined || !isProven) throw incomplete(path);
  for (const [i, { name, sha256 }] of members.entries())
    if (found.contents.members[i]?.name !== name || found.contents.members[i].sha256 !== sha256)
      throw damaged(path, `${name} is not as it was written`);
  if (found.contents.members.length !== members.length || found.contents.sha256 !== found.whole)
    throw damaged(path, "the checksum of the file differs");
  return { path, manifest: first, checksums: found.contents };
}

/** Reads the members that the manifest describes, in order. Verifies each again, because the file may have changed since `verifyBackup`. */
export async function* readMembers(
  { path, checksums: known }: VerifiedBackup,
  signal?: AbortSignal,
): AsyncGenerator<Member> {
  let i = 0;
  for await (const { member } of readBlocks(path, signal)) {
    const expected = known.members[i++];
    if (expected === undefined) return;
    if (expected.name !== member.name || expected.sha256 !== sha256Of(member.bytes))
      throw damaged(path, `${member.name} has changed while the backup was restored`);
    yield member;
  }
  if (i < known.members.length) throw incomplete(path);
}

export async function unpackPart({ path }: VerifiedBackup, { name, bytes }: Member): Promise<Buffer> {
  try {
    return await gunzip(bytes, { maxOutputLength: MAX_PART_BYTES });
  } catch (cause) {
    throw damaged(path, `${name} cannot be decompressed (${(cause as Error).message})`);
  }
}

/** Yields each member with the hash of all bytes before it. */
async function* readBlocks(path: string, signal?: AbortSignal): AsyncGenerator<{ member: Member; before: string }> {
  const file = await openBackup(path);
  try {
    const whole = createHash("sha256");
    const read = async (size: number): Promise<Buffer> => {
      signal?.throwIfAborted();
      const block = await readFully(file, size);
      if (block.length < size) throw incomplete(path);
      return block;
    };
    for (;;) {
      const header = await read(HEADER_BYTES);
      if (header.equals(TAR_END.subarray(0, HEADER_BYTES))) break;
      const { name, size } = readTarHeader(header) ?? {};
      if (name === undefined || size === undefined || size > MAX_MEMBER_BYTES) throw notABackup(path);
      const bytes = await read(size);
      const padding = await read(paddingOf(size));
      yield { member: { name, bytes }, before: name === CHECKSUMS ? whole.copy().digest("hex") : "" };
      for (const block of [header, bytes, padding]) whole.update(block);
    }
    const isEnd = (await read(HEADER_BYTES)).equals(TAR_END.subarray(HEADER_BYTES));
    if (!isEnd || (await readFully(file, 1)).length > 0) throw damaged(path, "it has bytes after its end");
  } finally {
    await file.close();
  }
}

async function openBackup(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (cause) {
    throw new BackupFileError(`${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  throw new BackupFileError(`${path} is not a file. Write the name of a backup file.`);
}

async function readFully(file: FileHandle, size: number): Promise<Buffer> {
  const block = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(block, filled, size - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return block.subarray(0, filled);
}

function readManifest(path: string, { name, bytes }: Member): Manifest {
  if (name !== MANIFEST) throw notABackup(path);
  return parse(manifest, bytes, path);
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer, path: string): T {
  try {
    return schema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (cause) {
    throw new BackupFileError(
      `${path} was made by another version of Skuport, or is damaged: its description cannot be read. Restore it with the version of Skuport that made it, or use another backup.`,
      { cause },
    );
  }
}

const notABackup = (path: string): BackupFileError =>
  new BackupFileError(`${path} is not a backup of Skuport, or is damaged. Nothing was changed. Use another backup.`);

const incomplete = (path: string): BackupFileError =>
  new BackupFileError(`${path} is incomplete: its end is missing. Nothing was changed. Use another backup.`);

export const damaged = (path: string, reason: string): BackupFileError =>
  new BackupFileError(`${path} is damaged: ${reason}. Nothing was changed. Use another backup.`);
