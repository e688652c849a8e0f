// Recognizes files that are not tables by their first bytes, and advises what the user can do.
import type { Reason } from "../../../../contract/problem-reasons.ts";

interface Signature {
  /** The bytes as hexadecimal digits; `..` stands for any byte. */
  bytes: string;
  /** Offset in the file at which these bytes are. */
  at?: number;
  /** The kind of file, as in "The file is …". */
  kind: string;
  advice: string;
  /** Whether files of this kind can be text. A file of any other kind has control characters, which no table has. */
  is_text?: true;
  /** A pattern that the first 4 kB of the file must also match. */
  pattern?: RegExp;
}

const SAVE = "Save the table as .xlsx or CSV.";
const SAVE_WORKBOOK = "Save it as .xlsx without a password, or as CSV.";
const UNPACK = "Unpack it and send the table that it contains.";
const EXPORT = "Export the table as CSV or .xlsx from the program that made it.";
const WRONG_FILE = "Send the table itself, as CSV or .xlsx.";

const SIGNATURES: readonly Signature[] = [
  { bytes: "09000400", kind: "a workbook of Excel 4 or older (.xls)", advice: SAVE_WORKBOOK },
  { bytes: "0902060000", kind: "a workbook of Excel 4 or older (.xls)", advice: SAVE_WORKBOOK },
  { bytes: "0904060000", kind: "a workbook of Excel 4 or older (.xls)", advice: SAVE_WORKBOOK },
  { bytes: "504b0506", kind: "an empty zip file", advice: "Send a CSV file or a workbook (.xlsx)." },
  { bytes: "377abcaf271c", kind: "a 7z archive", advice: UNPACK },
  { bytes: "526172211a07", kind: "a RAR archive", advice: UNPACK },
  { bytes: "7573746172", at: 257, kind: "a tar archive", advice: UNPACK },
  { bytes: "4d534346", kind: "a Windows cabinet (.cab)", advice: UNPACK },
  { bytes: "04224d18", kind: "a file compressed by lz4", advice: UNPACK },
  { bytes: "4c5a495001", kind: "a file compressed by lzip", advice: UNPACK },
  { bytes: "1f9d", kind: "a file compressed by compress (.Z)", advice: UNPACK },
  { bytes: "5d000080", kind: "a file compressed by lzma", advice: UNPACK },
  { bytes: "50415245", kind: "an encrypted Parquet file", advice: EXPORT },
  { bytes: "4f626a01", kind: "an Avro file", advice: EXPORT },
  { bytes: "4f5243", kind: "an ORC file", advice: EXPORT },
  { bytes: "4152524f5731", kind: "an Arrow file", advice: EXPORT },
  { bytes: "53514c69746520666f726d61742033", kind: "an SQLite database", advice: EXPORT },
  { bytes: "000100005374616e64617264", kind: "an Access database", advice: EXPORT },
  {
    bytes: "255044462d",
    kind: "a PDF",
    advice: "Save the table that it was made from as .xlsx or CSV.",
    is_text: true,
  },
  { bytes: "2521505321", kind: "a PostScript file", advice: SAVE, is_text: true },
  { bytes: "252150532d41646f6265", kind: "a PostScript file", advice: SAVE, is_text: true },
  { bytes: "7b5c727466", kind: "a text document (RTF)", advice: SAVE, is_text: true },
  { bytes: "89504e470d0a1a0a", kind: "a picture (PNG)", advice: WRONG_FILE },
  { bytes: "ffd8ff", kind: "a picture (JPEG)", advice: WRONG_FILE },
  { bytes: "474946383761", kind: "a picture (GIF)", advice: WRONG_FILE },
  { bytes: "474946383961", kind: "a picture (GIF)", advice: WRONG_FILE },
  { bytes: "52494646........57454250", kind: "a picture (WebP)", advice: WRONG_FILE },
  { bytes: "49492a00", kind: "a picture (TIFF)", advice: WRONG_FILE },
  { bytes: "4d4d002a", kind: "a picture (TIFF)", advice: WRONG_FILE },
  { bytes: "424d........00000000", kind: "a picture (BMP)", advice: WRONG_FILE },
  { bytes: "00000100", kind: "a picture (icon)", advice: WRONG_FILE },
  { bytes: "38425053", kind: "a Photoshop file", advice: WRONG_FILE },
  { bytes: "66747970", at: 4, kind: "a video or a picture (MP4, HEIC, AVIF)", advice: WRONG_FILE },
  { bytes: "1a45dfa3", kind: "a video (Matroska, WebM)", advice: WRONG_FILE },
  { bytes: "52494646", kind: "a sound or video file (RIFF)", advice: WRONG_FILE },
  { bytes: "494433", kind: "a sound file (MP3)", advice: WRONG_FILE },
  { bytes: "4f676753", kind: "a sound file (Ogg)", advice: WRONG_FILE },
  { bytes: "664c6143", kind: "a sound file (FLAC)", advice: WRONG_FILE },
  { bytes: "7f454c46", kind: "a program (ELF)", advice: WRONG_FILE },
  { bytes: "4d5a..00", kind: "a program (.exe)", advice: WRONG_FILE },
  { bytes: "cafebabe", kind: "a program", advice: WRONG_FILE },
  { bytes: "cffaedfe", kind: "a program", advice: WRONG_FILE },
  { bytes: "0061736d", kind: "a program (WebAssembly)", advice: WRONG_FILE },
  { bytes: "774f4632", kind: "a font", advice: WRONG_FILE },
  { bytes: "fffe0000", kind: "text in UTF-32", advice: "Save it as UTF-8." },
  { bytes: "0000feff", kind: "text in UTF-32", advice: "Save it as UTF-8." },
  // A table with the header `ID;Price` begins with the same letters, but has no lines such as `C;Y1;X1;K"sku"`.
  {
    bytes: "49443b50",
    kind: "a symbolic link spreadsheet (SYLK)",
    advice: SAVE,
    is_text: true,
    pattern: /[\r\n]C;[XY]\d+;/,
  },
  {
    bytes: "2d2d2d2d2d424547494e20",
    kind: "a certificate or an encrypted message (PEM, PGP)",
    advice: WRONG_FILE,
    is_text: true,
  },
];

/** The reason of the problem for the files that have the same advice. */
const REASON_OF: ReadonlyMap<string, Reason> = new Map([
  [SAVE_WORKBOOK, "old-workbook"],
  [UNPACK, "packed-file"],
  [EXPORT, "data-file"],
  [SAVE, "document"],
  [WRONG_FILE, "not-a-table"],
]);

/** Number of bytes at the start of the file that are searched for control characters and patterns. */
const SEARCHED = 4096;
const CONTROL = /[\0-\x08\x0e-\x19]/;
/** Whether the beginning of the file has characters that no text has. */
export const hasControls = (head: Buffer): boolean => CONTROL.test(head.toString("latin1", 0, SEARCHED));

const isPrintable = (byte: number | undefined): boolean => byte === undefined || (byte >= 0x20 && byte < 0x7f);

const PARSED = SIGNATURES.map(({ bytes: digits, at = 0, kind, advice, is_text, pattern }) => {
  const bytes = Array.from(digits.matchAll(/../g), ([pair]) => (pair === ".." ? undefined : Number.parseInt(pair, 16)));
  // Some signatures consist of letters, such as ORC and ID3. A table can begin with these letters too, so the file must also contain
  // control characters.
  const besides = pattern ?? (is_text !== true && bytes.every(isPrintable) ? CONTROL : undefined);
  const reason = REASON_OF.get(advice) ?? "document";
  return { at, bytes, besides, message: `The file is ${kind}. ${advice}`, reason };
});

/** Returns the message and the reason for a file that is not a table; undefined if the file does not begin with a known signature. */
export function describeSignature(head: Buffer): { message: string; reason: Reason } | undefined {
  return PARSED.find(
    ({ at, bytes, besides }) =>
      bytes.every((byte, index) => byte === undefined || head[at + index] === byte) &&
      (besides === undefined || besides.test(head.toString("latin1", 0, SEARCHED))),
  );
}
