// A workbook's zip file: its parts by name. yauzl reads the central directory, refuses names that lead elsewhere and counts
// that a part is as long as it says; the rest is refused here.
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { createUnpackedCount } from "../unpacked-size.ts";
import { Problem } from "../../../../contract/problems.ts";

/** Parts of a workbook; each sheet is a few. */
const MAX_PARTS = 10_000;
/** Bytes of a part that is read whole, such as the list of sheets. */
const MAX_SMALL_PART = 16 << 20;

export interface Package {
  has(name: string): boolean;
  /** A part's bytes. @throws Problem unpacks-too-large, broken-workbook */
  read(name: string): AsyncIterable<Buffer>;
  /** All of a small one; empty where there is none. */
  readWhole(name: string): Promise<Buffer>;
  close(): void;
}

const ENCRYPTED = 1;
const FILE_TYPE = 0xf000;
const LINK = 0xa000;

/** @throws Problem unsupported-file, broken-workbook */
export async function openPackage(path: string, size: number): Promise<Package> {
  const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => {
    throw broken(error);
  });
  try {
    const entries = await listEntries(zip);
    checkKind(entries);
    return packageOf(zip, entries, size);
  } catch (error) {
    zip.close();
    throw error instanceof Problem ? error : broken(error);
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  if (zip.entryCount > MAX_PARTS) throw brokenWorkbook(`It has ${zip.entryCount.toLocaleString("en")} parts.`);
  for await (const entry of zip.eachEntry()) {
    const { fileName: name } = entry;
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

function packageOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, size: number): Package {
  const count = createUnpackedCount(size);
  async function* read(name: string): AsyncGenerator<Buffer> {
    const entry = entries.get(name.toLowerCase());
    if (entry === undefined) throw brokenWorkbook(`Its part "${shown(name)}" is missing.`);
    try {
      for await (const piece of await zip.openReadStreamPromise(entry)) {
        count((piece as Buffer).length);
        yield piece as Buffer;
      }
    } catch (error) {
      throw error instanceof Problem ? error : broken(error);
    }
  }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    read,
    async readWhole(name) {
      if (!entries.has(name.toLowerCase())) return Buffer.alloc(0);
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const piece of read(name)) {
        length += piece.length;
        if (length > MAX_SMALL_PART) throw brokenWorkbook(`Its part "${shown(name)}" is far too large.`);
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    },
    close: () => {
      zip.close();
    },
  };
}

export const brokenWorkbook = (what: string, cause?: unknown): Problem =>
  new Problem(
    "broken-workbook",
    `The workbook cannot be read. ${what} Open it in a spreadsheet program and save it anew.`,
    {
      cause,
    },
  );

const broken = (error: unknown): Problem =>
  brokenWorkbook(`${error instanceof Error ? shown(error.message) : "It is damaged"}.`, error);

const shown = (text: string): string => text.slice(0, 200);
