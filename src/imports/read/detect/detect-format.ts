// Detects a file's format from its first bytes; its name and media type are not considered.
import { open } from "node:fs/promises";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { transcodeHead } from "../text/transcode.ts";
import { detectByForm } from "./detect-encoding.ts";
import { describeBeginning } from "./documents.ts";
import { detectMarkup } from "./markup.ts";
import { describeSignature, hasControls } from "./signatures.ts";
import { isXls } from "./workbook-format.ts";
import { because } from "../../../../contract/problem-reasons.ts";

export type Format = Dialect["format"];
/** Formats that contain a file of another format. */
export type PackedFormat = Extract<Format, "gzip" | "zstd" | "bzip2" | "xz" | "zip">;
export type ContentFormat = Exclude<Format, PackedFormat>;

export const isPacked = (format: Format): format is PackedFormat => Object.hasOwn(PACKED, format);

const PACKED: Readonly<Record<PackedFormat, true>> = { gzip: true, zstd: true, bzip2: true, xz: true, zip: true };

/** The first bytes of the formats that can be imported. A workbook begins like any zip file: only its directory shows what it is. */
const FORMATS: readonly { format: Format; bytes: string }[] = [
  { format: "gzip", bytes: "1f8b" },
  { format: "zstd", bytes: "28b52ffd" },
  { format: "bzip2", bytes: "425a68" },
  { format: "xz", bytes: "fd377a585a00" },
  { format: "zip", bytes: "504b0304" },
  { format: "parquet", bytes: "50415231" },
];
/** A bzip2 file starts with the letters BZh and a digit, followed by the marker of the first block or of the file's end. */
const BZIP2_BLOCKS = ["314159265359", "177245385090"];

/** Number of bytes at the start of the file that are inspected. */
const HEAD_BYTES = 65_536;

/** Detects the format of the file at `path`. A workbook is detected as `zip`, and any compound file as `xls`.
 * @throws Problem unsupported-file if the format cannot be imported; and the file system's errors */
export async function detectFormat(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return formatOf(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** @param head the first bytes of the file, at least 64 kB if the file has as many
 * @throws Problem unsupported-file */
export function formatOf(head: Buffer): Format {
  for (const { format, bytes } of FORMATS)
    if (head.subarray(0, bytes.length / 2).toString("hex") === bytes && isFormat(format, head)) return format;
  if (isXls(head)) return "xls";
  const known = describeSignature(head);
  if (known !== undefined)
    throw new Problem("unsupported-file", known.message, { extra: { reason: known.reason, values: {} } });
  const text = textOf(head.subarray(0, HEAD_BYTES));
  const markup = detectMarkup(text);
  if (markup === undefined) {
    const other = describeBeginning(text);
    if (other !== undefined) throw new Problem("unsupported-file", other, { extra: because("other-text") });
    return "text";
  }
  if (markup.kind === "refused") throw new Problem("unsupported-file", markup.message, { extra: because("data-file") });
  return markup.kind;
}

/** The letters with which some formats begin can also be the beginning of a text. */
function isFormat(format: Format, head: Buffer): boolean {
  if (format === "bzip2") return BZIP2_BLOCKS.includes(head.subarray(4, 10).toString("hex"));
  return format !== "parquet" || hasControls(head);
}

function textOf(head: Buffer): string {
  const encoding = detectByForm(head);
  const isWide = encoding === "utf-16le" || encoding === "utf-16be" || encoding === "utf-8";
  return isWide ? transcodeHead(head, encoding, false).toString() : head.toString("latin1");
}
