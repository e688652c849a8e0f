// A workbook's zip file: its parts by name. yauzl reads the central directory and refuses names that lead elsewhere;
// this file refuses the rest.
import { pipeline } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from "yauzl";
import { brokenWorkbook, shown } from "./broken-workbook.ts";
import type { WorkBudget } from "./work-budget.ts";
import { Problem } from "../../../../contract/problems.ts";

/** Parts of a workbook; each sheet is a few. */
const MAX_PARTS = 10_000;
/** Bytes of the names, comments and extra fields of all parts, which stay in memory. Excel writes some 50 a part. */
const MAX_DIRECTORY = 4 << 20;
/** Bytes of a part that holds no cells, such as the list of sheets. */
const MAX_SMALL_PART = 16 << 20;
/** Bytes that are handed on at once: the rows in them are in memory together, and a few kilobytes can name megabytes of texts. */
const MAX_PIECE = 16_384;
/** Of each part's header in the file, without its name. */
const LOCAL_HEADER = 30;

export interface Package {
  has(name: string): boolean;
  /** A part's bytes. @throws Problem unpacks-too-large, broken-workbook */
  read(name: string): AsyncIterable<Buffer>;
  /** The same for a small part; nothing where there is none. */
  readSmall(name: string): AsyncIterable<Buffer>;
  close(): void;
}

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const FILE_TYPE = 0xf000;
const LINK = 0xa000;

/** @param source the file's path or all of its bytes
 * @throws Problem unsupported-file, broken-workbook */
export async function openPackage(source: string | Buffer, budget: WorkBudget): Promise<Package> {
  const options = { autoClose: false };
  const opened = typeof source === "string" ? openPromise(source, options) : fromBufferPromise(source, options);
  const zip = await opened.catch((error: unknown) => {
    throw broken(error);
  });
  try {
    const entries = await listEntries(zip);
    checkKind(entries);
    refuseOverlaps(entries);
    return packageOf(zip, entries, budget);
  } catch (error) {
    zip.close();
    throw error instanceof Problem ? error : broken(error);
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  if (zip.entryCount > MAX_PARTS) throw brokenWorkbook(`It has ${zip.entryCount.toLocaleString("en")} parts.`);
  let length = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName: name } = entry;
    length += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (length > MAX_DIRECTORY)
      throw brokenWorkbook(`Its list of parts has more than ${MAX_DIRECTORY.toLocaleString("en")} bytes.`);
    if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) {
      throw new Problem("unsupported-file", "The file has a password. Save it without one.");
    }
    if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === LINK) {
      throw brokenWorkbook(`Its part "${shown(name)}" is a link to another file.`);
    }
    if (entries.has(name.toLowerCase())) throw brokenWorkbook(`It has the part "${shown(name)}" twice.`);
    entries.set(name.toLowerCase(), entry);
  }
  return entries;
}

/** What else comes in a zip file. */
function checkKind(entries: ReadonlyMap<string, Entry>): void {
  const names = [...entries.keys()];
  if (names.some((name) => name.endsWith("workbook.bin"))) {
    throw new Problem("unsupported-file", "This is a binary workbook (.xlsb). Save it as .xlsx or as CSV.");
  }
  if (entries.has("[content_types].xml") && names.some((name) => name.startsWith("xl/"))) return;
  if (entries.has("mimetype") && entries.has("content.xml")) {
    throw new Problem("unsupported-file", "This is an OpenDocument file (.ods). Save it as .xlsx or as CSV.");
  }
  if (entries.has("word/document.xml") || entries.has("ppt/presentation.xml")) {
    throw new Problem(
      "unsupported-file",
      "This is a document or a presentation, not a workbook. Save its table as .xlsx or CSV.",
    );
  }
  throw new Problem(
    "unsupported-file",
    "This is a zip file, and no workbook. Unpack it and send the files in it one by one.",
  );
}

/** Parts that share bytes unpack a bomb as often as there are names for it.
 * @throws Problem broken-workbook */
function refuseOverlaps(entries: ReadonlyMap<string, Entry>): void {
  const inOrder = [...entries.values()].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const { fileName, relativeOffsetOfLocalHeader: start, compressedSize } of inOrder) {
    if (start < end) throw brokenWorkbook(`Its part "${shown(fileName)}" lies in the bytes of another part.`);
    end = start + LOCAL_HEADER + compressedSize;
  }
}

function packageOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, budget: WorkBudget): Package {
  async function* read(name: string): AsyncGenerator<Buffer> {
    const entry = entries.get(name.toLowerCase());
    if (entry === undefined) throw brokenWorkbook(`Its part "${shown(name)}" is missing.`);
    try {
      yield* unpack(zip, entry, budget);
    } catch (error) {
      throw error instanceof Problem ? error : broken(error);
    }
  }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    read,
    async *readSmall(name) {
      if (!entries.has(name.toLowerCase())) return;
      let length = 0;
      for await (const piece of read(name)) {
        length += piece.length;
        if (length > MAX_SMALL_PART)
          throw brokenWorkbook(
            `Its part "${shown(name)}" is larger than ${MAX_SMALL_PART.toLocaleString("en")} bytes.`,
          );
        yield piece;
      }
    },
    close: () => {
      zip.close();
    },
  };
}

async function* unpack(zip: ZipFile, entry: Entry, budget: WorkBudget): AsyncGenerator<Buffer> {
  const { fileName, compressionMethod, uncompressedSize } = entry;
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw brokenWorkbook(`Its part "${shown(fileName)}" is packed in a way that no workbook uses.`);
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  // Our own, because it counts the packed bytes that it has used
  const inflate = compressionMethod === DEFLATED ? createInflateRaw() : undefined;
  // Errors come out of the stream that is read
  const pieces = inflate === undefined ? packed : pipeline(packed, inflate, () => undefined);
  let length = 0;
  let used = 0;
  for await (const piece of pieces) {
    const bytes = piece as Buffer;
    length += bytes.length;
    const usedNow = inflate?.bytesWritten ?? length;
    budget.unpacked(bytes.length, usedNow - used);
    used = usedNow;
    if (length > uncompressedSize) break;
    for (let at = 0; at < bytes.length; at += MAX_PIECE) yield bytes.subarray(at, at + MAX_PIECE);
  }
  if (length !== uncompressedSize)
    throw brokenWorkbook(`Its part "${shown(fileName)}" does not have the ${uncompressedSize} bytes that it should.`);
}

const broken = (error: unknown): Problem =>
  brokenWorkbook(`${error instanceof Error ? shown(error.message) : "It is damaged"}.`, error);
