// Lists and unpacks the files in a zip file.
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from "yauzl";
import { cutText } from "../../../../contract/faults.ts";
import { Problem } from "../../../../contract/problems.ts";
import { brokenPacked, type Unpacker } from "./unpack.ts";
import { because } from "../../../../contract/problem-reasons.ts";

const MAX_ENTRIES = 10_000;
/** Maximum number of bytes of the names, comments and extra fields of all files, which are held in memory. */
const MAX_DIRECTORY = 4 << 20;
const MAX_NAME = 100;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Files that operating systems add to archives. */
const SYSTEM_FILE = /(?:^|\/)(?:__MACOSX\/|\.|thumbs\.db$|desktop\.ini$)/i;

/** A file in a zip file. */
export interface PackedFile {
  name: string;
  /** Number of packed bytes. */
  packed_size: number;
  /** Starts to unpack the file. @throws Problem unsupported-file */
  unpack: () => Promise<Unpacker>;
}

export type ZipContent = { kind: "workbook" } | { kind: "files"; files: PackedFile[]; close: () => void };

/** Opens the zip file at a path, or in memory. Returns its files, except those of operating systems. Returns the kind `workbook` for a
 * workbook or another document that is a zip file; the caller then uses the workbook reader.
 * @throws Problem unsupported-file, broken-file */
export async function openZip(source: string | Buffer): Promise<ZipContent> {
  const options = { autoClose: false };
  let zip: ZipFile | undefined;
  try {
    zip = await (typeof source === "string" ? openPromise(source, options) : fromBufferPromise(source, options));
    const { entries, is_document: isDocument } = await listEntries(zip);
    if (isDocument) {
      zip.close();
      return { kind: "workbook" };
    }
    return { kind: "files", files: filesOf(zip, entries), close: closer(zip) };
  } catch (error) {
    zip?.close();
    if (error instanceof Problem) throw error;
    if (DOCUMENT_PART.test(await firstName(source))) return { kind: "workbook" };
    throw brokenPacked("zip", error);
  }
}

/** If several files have the same name, only the last one counts, as if each replaced the one before. */
function filesOf(zip: ZipFile, entries: readonly Entry[]): PackedFile[] {
  const named = new Map(entries.map((entry) => [entry.fileName, entry]));
  const packed = [...named.values()].reduce((sum, { compressedSize }) => sum + compressedSize, 0);
  // The files of a hostile zip file can share the same packed bytes, so that a small zip file unpacks to very much.
  if (packed > zip.fileSize) throw brokenPacked("zip");
  return [...named.values()]
    .filter(({ fileName }) => !fileName.endsWith("/") && !SYSTEM_FILE.test(fileName))
    .map((entry) => ({
      name: entry.fileName,
      packed_size: entry.compressedSize,
      unpack: () => unpackEntry(zip, entry),
    }));
}

const closer = (zip: ZipFile) => (): void => {
  zip.close();
};

/** Names of the parts that office programs write first. */
const DOCUMENT_PART = /^(?:\[content_types\]\.xml|_rels\/|docprops\/|xl\/|customxml\/|mimetype)/i;
/** Offset of a file's name in its header. */
const NAME_AT = 30;

/** Returns the name of the first file, which is also known if the directory is damaged. */
async function firstName(source: string | Buffer): Promise<string> {
  const head = typeof source === "string" ? await readStart(source) : source;
  return head.toString("latin1", NAME_AT, NAME_AT + MAX_NAME);
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(NAME_AT + MAX_NAME);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Lists the files. If the directory of the zip file is too long to be held in memory, returns `is_document: true`, so that the workbook
 * reader refuses the file. */
async function listEntries(zip: ZipFile): Promise<{ entries: Entry[]; is_document: boolean }> {
  if (zip.entryCount > MAX_ENTRIES)
    throw new Problem(
      "unsupported-file",
      `The zip file contains ${zip.entryCount.toLocaleString("en")} files, which is too many. Unpack it and send the table that it contains.`,
      { extra: because("packed-file") },
    );
  const entries: Entry[] = [];
  let length = 0;
  for await (const entry of zip.eachEntry()) {
    length += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (length > MAX_DIRECTORY) return { entries: [], is_document: true };
    entries.push(entry);
  }
  return { entries, is_document: isDocument(entries) };
}

/** Whether the zip file is a document of an office program. */
function isDocument(entries: readonly Entry[]): boolean {
  const names = new Set(entries.map(({ fileName }) => fileName.toLowerCase()));
  return (
    names.has("[content_types].xml") ||
    (names.has("mimetype") && (names.has("content.xml") || names.has("encrypted-package"))) ||
    [...names].some((name) => name.startsWith("xl/"))
  );
}

async function unpackEntry(zip: ZipFile, entry: Entry): Promise<Unpacker> {
  const { compressionMethod, fileName, generalPurposeBitFlag } = entry;
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0)
    throw new Problem(
      "unsupported-file",
      "The zip file has a password. Unpack it and send the table that it contains.",
      { extra: because("zip-password") },
    );
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw new Problem(
      "unsupported-file",
      `The file "${cutText(fileName, MAX_NAME)}" in the zip file is compressed by a method that Skuport does not know. Unpack it and send that file.`,
      { extra: because("packed-file") },
    );
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  const inflate = compressionMethod === DEFLATED ? createInflateRaw() : undefined;
  const count = { bytes: 0 };
  const chunks: Readable = inflate === undefined ? packed : pipeline(packed, inflate, () => undefined);
  return {
    chunks: checkSize(chunks as AsyncIterable<Buffer>, entry, count),
    consumed: () => inflate?.bytesWritten ?? count.bytes,
  };
}

async function* checkSize(
  chunks: AsyncIterable<Buffer>,
  { uncompressedSize, crc32: expected }: Entry,
  count: { bytes: number },
): AsyncGenerator<Buffer> {
  let crc = 0;
  try {
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc);
      count.bytes += chunk.length;
      if (count.bytes > uncompressedSize) throw brokenPacked("zip");
      yield chunk;
    }
  } catch (error) {
    const { name, syscall } = error as NodeJS.ErrnoException;
    throw error instanceof Problem || name === "AbortError" || syscall !== undefined
      ? error
      : brokenPacked("zip", error);
  }
  if (count.bytes !== uncompressedSize || crc !== expected) throw brokenPacked("zip");
}
