// A bucket of an object storage as the store of uploaded files. Servers send uploads to the bucket. A worker copies a file to its own
// folder when it scans the file, because several formats are read in any order, and sends the texts that the scan has written to the
// bucket. Loaders of other hosts read ranges from the bucket.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import type { OpenedFile } from "../../read/text/text-file.ts";
import { truncatedFile } from "../../problems.ts";
import { isMissingFile, StoredBytesChanged, type FileStore } from "../file-store.ts";
import { folderStore } from "../folder-store.ts";
import { openBucketFile, readParts } from "./bucket-file.ts";
import type { BucketClient } from "./client.ts";
import { copyParts } from "./copy-upload.ts";
import { createPartWriter, type PartTarget } from "./part-writer.ts";
import { PART_BYTES, readPartName, SHORT_PART, sizeOfParts, wholeParts, type Part } from "./parts.ts";

export interface Bucket {
  client: BucketClient;
  /** The prefix of all names. */
  prefix: string;
  location: string;
  id: string;
  readId: () => Promise<string | undefined>;
}

export function bucketStore(bucket: Bucket, folder: string): FileStore {
  const { client, prefix, location, id, readId } = bucket;
  const copies = folderStore(folder, id);
  const partsOf = async (file: string): Promise<Part[]> => wholeParts(await listParts(bucket, file));
  return {
    id,
    folder,
    location,
    is_local: false,
    isOpen: async () => (await readId().catch(() => undefined)) === id,
    sizeOf: async (file) => sizeOfParts(await partsOf(file)),
    async append(file, writer, stored) {
      const target: PartTarget = { file: prefix + file, writer, at: stored };
      // A new file has no parts.
      if (writer === 0) return createPartWriter(client, target);
      const found = await listParts(bucket, file);
      // After a restore of the database, the bucket can contain parts of requests that the database does not know.
      const newest = Math.max(writer, ...found.map((part) => part.writer + 1));
      // The client's bytes begin at `stored`, even if a part of an earlier request has arrived since.
      const parts = wholeParts(found.filter(({ end }) => end <= stored));
      if (sizeOfParts(parts) !== stored) throw new StoredBytesChanged();
      return createPartWriter(client, { ...target, writer: newest, replaced: await readShort(client, parts) });
    },
    async *read(file, length) {
      yield* readParts(client, await partsOf(file), length);
    },
    async open(path) {
      const name = basename(path);
      // The name of a text contains the token of its scan. If this host has run the scan, its text is complete.
      const text = name.includes(".") ? await openCopy(path) : undefined;
      if (text !== undefined) return text;
      const parts = await partsOf(name);
      if (parts.length === 0) throw missing(path);
      return (await openCopy(path, sizeOfParts(parts))) ?? openBucketFile(client, parts);
    },
    async copyUpload(file, size, options) {
      const path = join(folder, file);
      // The texts of the scan have to be sent to the bucket. Fail now if it does not respond, not after the whole scan.
      if ((await hasCopy(path, size)) && (await readId()) !== undefined)
        return { extent: { end: size, whole: true, grow: nothing }, stop: nothing };
      const parts = await partsOf(file);
      if (parts.length === 0) throw missing(path);
      if (sizeOfParts(parts) !== size) throw truncatedFile();
      return copyParts(client, parts, path, options);
    },
    async share(begin, signal) {
      for (const name of (await copies.list()).keys())
        if (name.startsWith(begin)) await send(bucket, join(folder, name), signal);
    },
    async remove(begin) {
      await copies.remove(begin);
      const objects = await client.list(prefix + begin);
      // Other objects below the prefix are not ours.
      await client.remove(objects.flatMap(({ key }) => (readPartName(key) === undefined ? [] : [key])));
    },
    async list() {
      const changed = await copies.list();
      for (const { key, changed_ms } of await client.list(prefix)) {
        const name = readPartName(key.slice(prefix.length))?.file;
        if (name !== undefined) changed.set(name, Math.max(changed_ms, changed.get(name) ?? 0));
      }
      return changed;
    },
  };
}

async function listParts({ client, prefix }: Bucket, file: string): Promise<Part[]> {
  const objects = await client.list(`${prefix}${file}/`);
  return objects.flatMap(({ key }) => readPartName(key) ?? []);
}

async function send({ client, prefix }: Bucket, path: string, signal: AbortSignal): Promise<void> {
  const target = createPartWriter(client, { file: prefix + basename(path), writer: 0, at: 0 });
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: PART_BYTES, signal }))
      await target.write(bytes as Buffer);
    await target.finish();
  } finally {
    await target.close();
  }
}

const nothing = (): Promise<void> => Promise.resolve();

/** Returns the bytes of the last part if it is short. @throws {StoredBytesChanged} if another request has replaced it */
async function readShort(client: BucketClient, parts: readonly Part[]): Promise<PartTarget["replaced"]> {
  const part = parts.at(-1);
  if (part === undefined || part.end - part.start >= SHORT_PART) return undefined;
  const bytes = await client.get(part.key);
  if (bytes?.length !== part.end - part.start) throw new StoredBytesChanged();
  return { part, bytes };
}

/** Opens the file in the folder if it is there. @param size the size of the whole file */
async function openCopy(path: string, size?: number): Promise<OpenedFile | undefined> {
  try {
    const file = await open(path, "r");
    if (size === undefined || (await file.stat()).size === size) return file;
    await file.close();
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
  return undefined;
}

async function hasCopy(path: string, size: number): Promise<boolean> {
  const copy = await openCopy(path, size);
  await copy?.close();
  return copy !== undefined;
}

const missing = (path: string): Error => Object.assign(new Error(`"${path}" is not in the bucket`), { code: "ENOENT" });
