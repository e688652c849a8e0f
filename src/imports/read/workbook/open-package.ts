// Opens a workbook's zip file and reads its parts by name. yauzl reads the zip directory and refuses names that lead out of the
// archive. This file refuses all other hostile archives: links, duplicate and overlapping parts, bombs.
import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from "yauzl";
import { brokenWorkbook, truncated } from "./broken-workbook.ts";
import type { WorkBudget } from "./work-budget.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Maximum number of parts in a workbook. Each sheet has a few parts. */
const MAX_PARTS = 10_000;
/** Maximum number of bytes of the names, comments and extra fields of all parts, which are held in memory. Excel writes about 50
 * per part. */
const MAX_DIRECTORY = 4 << 20;
/** Maximum number of bytes of a part without cells, such as the list of sheets. */
const MAX_SMALL_PART = 16 << 20;
/**
 * Maximum number of bytes of XML that are parsed at a time. All their rows are in memory at the same time, and a few kilobytes can refer to
 * megabytes of shared strings.
 */
export const MAX_CHUNK_BYTES = 16_384;
/** Number of bytes that are inflated at a time. With Node's 16 kB, inflating takes twice as long. */
const INFLATED_BYTES = 1 << 18;
/** Number of bytes of each part's header in the file, without the name. */
const LOCAL_HEADER = 30;

export interface Package {
  kind: "xlsx" | "ods";
  has(name: string): boolean;
  /** Streams a part's bytes. @throws Problem unpacks-too-large, broken-workbook */
  read(name: string): AsyncIterable<Buffer>;
  /** Streams the bytes of a small part. Yields nothing if the part is missing. @throws as `read` does */
  readSmall(name: string): AsyncIterable<Buffer>;
  close(): void;
}

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const FILE_TYPE = 0xf000;
const LINK = 0xa000;

/** Opens the zip file and checks its parts.
 * @param source the file's path, or all of its bytes
 * @throws Problem unsupported-file, broken-workbook */
export async function openPackage(source: string | Buffer, budget: WorkBudget): Promise<Package> {
  const options = { autoClose: false };
  const opened = typeof source === "string" ? openPromise(source, options) : fromBufferPromise(source, options);
  const zip = await opened.catch((error: unknown) => {
    throw broken(error);
  });
  try {
    const entries = await listEntries(zip);
    const kind = kindOf(entries);
    refuseOverlaps(entries);
    return packageOf(zip, kind, entries, budget);
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
      throw new Problem("unsupported-file", "The workbook has a password. Save it without a password.", {
        extra: because("workbook-password"),
      });
    }
    if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === LINK) {
      throw brokenWorkbook(`Its part "${truncated(name)}" is a link to another file.`);
    }
    if (entries.has(name.toLowerCase())) throw brokenWorkbook(`It has the part "${truncated(name)}" twice.`);
    entries.set(name.toLowerCase(), entry);
  }
  return entries;
}

/** Refuses other formats that are zip files too. @throws Problem unsupported-file */
function kindOf(entries: ReadonlyMap<string, Entry>): Package["kind"] {
  const names = [...entries.keys()];
  if (names.some((name) => name.endsWith("workbook.bin"))) {
    throw new Problem("unsupported-file", "The file is a binary workbook (.xlsb). Save it as .xlsx or as CSV.", {
      extra: because("binary-workbook"),
    });
  }
  if (entries.has("[content_types].xml") && names.some((name) => name.startsWith("xl/"))) return "xlsx";
  if (entries.has("mimetype") && (entries.has("content.xml") || entries.has("encrypted-package"))) return "ods";
  if (entries.has("word/document.xml") || entries.has("ppt/presentation.xml")) {
    throw new Problem(
      "unsupported-file",
      "The file is a document or a presentation, not a workbook. Save its table as .xlsx or CSV.",
      { extra: because("office-document") },
    );
  }
  throw new Problem(
    "unsupported-file",
    "The file is a zip file, not a workbook. Unpack it and send the files in it one by one.",
    { extra: because("packed-file") },
  );
}

/**
 * Refuses parts that share bytes, because a file could unpack the same bomb once for each of these parts.
 * @throws Problem broken-workbook
 */
function refuseOverlaps(entries: ReadonlyMap<string, Entry>): void {
  const inOrder = [...entries.values()].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const { fileName, relativeOffsetOfLocalHeader: start, compressedSize } of inOrder) {
    if (start < end) throw brokenWorkbook(`Its part "${truncated(fileName)}" overlaps another part.`);
    end = start + LOCAL_HEADER + compressedSize;
  }
}

function packageOf(
  zip: ZipFile,
  kind: Package["kind"],
  entries: ReadonlyMap<string, Entry>,
  budget: WorkBudget,
): Package {
  async function* read(name: string): AsyncGenerator<Buffer> {
    const entry = entries.get(name.toLowerCase());
    if (entry === undefined) throw brokenWorkbook(`Its part "${truncated(name)}" is missing.`);
    try {
      yield* unpack(zip, entry, budget);
    } catch (error) {
      throw error instanceof Problem ? error : broken(error);
    }
  }
  return {
    kind,
    has: (name) => entries.has(name.toLowerCase()),
    read,
    async *readSmall(name) {
      if (!entries.has(name.toLowerCase())) return;
      let length = 0;
      for await (const chunk of read(name)) {
        length += chunk.length;
        if (length > MAX_SMALL_PART)
          throw brokenWorkbook(
            `Its part "${truncated(name)}" is larger than ${MAX_SMALL_PART.toLocaleString("en")} bytes.`,
          );
        yield chunk;
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
    throw brokenWorkbook(`Its part "${truncated(fileName)}" uses a compression method that workbooks do not use.`);
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  // yauzl could inflate the part too, but does not report how many packed bytes have been consumed.
  const inflate = compressionMethod === DEFLATED ? createInflateRaw({ chunkSize: INFLATED_BYTES }) : undefined;
  // `pipeline` passes errors of `packed` to `inflate`, which the loop below reads.
  const chunks = inflate === undefined ? packed : pipeline(packed, inflate, () => undefined);
  let length = 0;
  let consumed = 0;
  let checksum = 0;
  try {
    for await (const chunk of chunks) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      checksum = crc32(bytes, checksum);
      const consumedNow = inflate?.bytesWritten ?? length;
      budget.countUnpacked(bytes.length, consumedNow - consumed);
      consumed = consumedNow;
      if (length > uncompressedSize) break;
      for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) yield bytes.subarray(at, at + MAX_CHUNK_BYTES);
    }
  } finally {
    // If the caller stops early, `pipeline` destroys the stream too late: yauzl is already reading the next bytes for it, and throws an
    // error that nothing can catch.
    packed.destroy();
  }
  if (length !== uncompressedSize)
    throw brokenWorkbook(
      `Its part "${truncated(fileName)}" does not have the ${uncompressedSize} bytes that the zip directory states.`,
    );
  // A single wrong bit can change a digit of a price without making the XML invalid.
  if (checksum !== entry.crc32) throw brokenWorkbook(`Its part "${truncated(fileName)}" is damaged.`);
}

const broken = (error: unknown): Problem =>
  brokenWorkbook(`${error instanceof Error ? truncated(error.message) : "It is damaged"}.`, error);
