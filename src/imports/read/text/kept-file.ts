// Reads the first records of the file of a held import. The scan has already found out how to read the file, and it has converted a file of
// another format.
import { open } from "node:fs/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { readFileHead, readTable, type Head } from "../read-head.ts";
import { HEAD_BYTES } from "../read-records.ts";
import { readFully } from "./text-file.ts";
import { readEntries } from "../tree/lookup-entries.ts";
import { isPlainText } from "./prepare-text.ts";

/** Number of bytes of a converted text that are kept: enough for the longest header and for the sample of rows. */
export const KEPT_TEXT_BYTES = 2 << 20;

export interface KeptFile {
  path: string;
  /** Path of the beginning of the text that the scan made from the file. It exists unless the file is plain text. */
  text_path: string;
  /** The dialect with which the scan has read the file; null if the scan could not read the file. */
  dialect: Dialect | null;
  /** The overrides with which the scan has read the file. */
  overrides: DialectOverrides;
}

/** @returns undefined if the file can only be read whole */
export async function readKeptHead(kept: KeptFile, overrides: DialectOverrides): Promise<Head | undefined> {
  const { path, text_path, dialect } = kept;
  if (dialect !== null && isSameReading(kept.overrides, overrides)) {
    const text = await readStart(isPlainText(dialect) ? path : text_path, KEPT_TEXT_BYTES);
    if (text !== undefined) {
      const entries = dialect.tree === undefined ? undefined : await readEntries(text_path);
      return { ...(await readTable(dialect, text.bytes, text.is_whole, overrides)), entries, doubt: undefined };
    }
  }
  const head = await readStart(path, HEAD_BYTES);
  if (head === undefined)
    throw new Problem("file-missing", "The file of the import no longer exists. Upload it again.");
  const members = kept.overrides.members === undefined ? {} : { members: kept.overrides.members };
  return readFileHead(path, head.bytes, head.is_whole, { ...members, ...overrides });
}

const isSameReading = (a: DialectOverrides, b: DialectOverrides): boolean => comparable(a) === comparable(b);

const comparable = ({ members: _members, ...overrides }: DialectOverrides): string =>
  JSON.stringify(Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @returns undefined if the file does not exist */
async function readStart(path: string, length: number): Promise<{ bytes: Buffer; is_whole: boolean } | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafe(Math.min(length, size));
    const read = await readFully(file, bytes, 0, 0);
    return { bytes: bytes.subarray(0, read), is_whole: size < length };
  } finally {
    await file.close();
  }
}
