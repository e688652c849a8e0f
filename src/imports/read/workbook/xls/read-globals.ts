// Reads the first part of an old workbook, which applies to all sheets: their list, the number formats, the shared texts and the way of
// counting days.
import { cutText } from "../../../../../contract/faults.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import { builtInFormat, formatOfCode, type NumberFormat } from "../cells/number-format.ts";
import type { StringStore } from "../string-store.ts";
import { MAX_NAME, MAX_SHEETS, MAX_STYLES, type SheetPart } from "../workbook-parts.ts";
import { codePageOf, type CodePage } from "./code-page.ts";
import { RECORD, RecordReader, type RecordSource } from "./record-reader.ts";
import { readUnicode, StringReader } from "./string-reader.ts";

/** Versions of the format: of Excel 5 and 95, and of Excel 97 to 2003. */
const BIFF5 = 0x500;
const BIFF8 = 0x600;
/** The kind of a first part that lists sheets. Older workbooks of one sheet have no such part. */
const GLOBALS = 0x05;
const WORKSHEET = 0;
/** Bits of a sheet's state. */
const HIDDEN = 0x03;
/** Number of bytes before the texts, and before the name of a sheet including its length. */
const HEADER_BYTES = 8;

export interface XlsSheet extends SheetPart {
  /** Offset of the sheet's first record. */
  start: number;
  /** Offset of the next sheet, or of the end of the file. Sheets therefore share no bytes, and the work is proportional to the file. */
  end: number;
}

export interface Globals {
  sheets: XlsSheet[];
  /** Number formats, indexed by a cell's style. */
  formats: readonly NumberFormat[];
  is_1904: boolean;
  /** Undefined if texts are UTF-16. */
  code_page: CodePage | undefined;
}

/** Adds the shared texts to `store`. @throws Problem broken-workbook, unsupported-file, unpacks-too-large */
export async function readGlobals(source: RecordSource, store: StringStore): Promise<Globals> {
  const found = new GlobalsFound(store);
  const reader = new RecordReader(source, 0, source.stream.size);
  while (await reader.load()) {
    const before = store.size();
    while (reader.next()) {
      found.add(reader);
      if (reader.type !== RECORD.EOF) continue;
      store.seal();
      return found.result(source.stream.size);
    }
    source.budget.countStored(store.size() - before);
  }
  throw brokenWorkbook("It is incomplete: it ends within its list of sheets.");
}

class GlobalsFound {
  readonly #store: StringStore;
  #version = 0;
  #page: number | undefined;
  #is1904 = false;
  readonly #sheets: Buffer[] = [];
  readonly #codes: Buffer[] = [];
  readonly #styles: number[] = [];
  #strings: StringReader | undefined;

  constructor(store: StringStore) {
    this.#store = store;
  }

  add(reader: RecordReader): void {
    if (this.#version === 0) this.#version = versionOf(reader);
    if (reader.type === RECORD.CONTINUE) {
      this.#strings?.write(reader.data(), true);
      return;
    }
    this.#strings?.end();
    this.#strings = undefined;
    switch (reader.type) {
      case RECORD.FILEPASS:
        throw new Problem("unsupported-file", "The workbook has a password. Save it without a password.", {
          extra: because("workbook-password"),
        });
      case RECORD.CODEPAGE:
        reader.require(2);
        this.#page = reader.bytes.readUInt16LE(reader.at);
        break;
      case RECORD.DATEMODE:
        reader.require(2);
        this.#is1904 = reader.bytes.readUInt16LE(reader.at) === 1;
        break;
      case RECORD.BOUNDSHEET:
        reader.require(HEADER_BYTES - 1);
        if (this.#sheets.length === MAX_SHEETS)
          throw brokenWorkbook(`It has more than ${MAX_SHEETS.toLocaleString("en")} sheets.`);
        this.#sheets.push(Buffer.from(reader.data()));
        break;
      case RECORD.FORMAT:
        reader.require(3);
        if (this.#codes.length < MAX_STYLES) this.#codes.push(Buffer.from(reader.data()));
        break;
      case RECORD.XF:
        reader.require(4);
        if (this.#styles.length < MAX_STYLES) this.#styles.push(reader.bytes.readUInt16LE(reader.at + 2));
        break;
      case RECORD.SST:
        this.#readStrings(reader);
    }
  }

  #readStrings(reader: RecordReader): void {
    reader.require(HEADER_BYTES);
    // The number of texts takes no memory: only texts that the file contains are stored.
    this.#strings = new StringReader(reader.bytes.readUInt32LE(reader.at + 4), (text) => {
      this.#store.add(text);
    });
    this.#strings.write(reader.data().subarray(HEADER_BYTES), false);
  }

  result(size: number): Globals {
    const codePage = this.#version === BIFF8 ? undefined : codePageOf(this.#page);
    const codes = new Map<number, NumberFormat>();
    for (const code of this.#codes) {
      const text = codePage === undefined ? readUnicode(code, 2, 2) : codePage.read(code, 2, 1);
      codes.set(code.readUInt16LE(0), formatOfCode(text));
    }
    return {
      sheets: this.#listSheets(size, codePage),
      formats: this.#styles.map((id) => codes.get(id) ?? builtInFormat(id)),
      is_1904: this.#is1904,
      code_page: codePage,
    };
  }

  #listSheets(size: number, codePage: CodePage | undefined): XlsSheet[] {
    const starts = this.#sheets.map((bytes) => bytes.readUInt32LE(0)).sort((a, b) => a - b);
    const sheets: XlsSheet[] = [];
    const names = new Map<number, string>();
    for (const [index, bytes] of this.#sheets.entries()) {
      // Ignore sheets that are not worksheets, such as charts and macros: they have no rows.
      if (bytes[5] !== WORKSHEET) continue;
      const text = codePage === undefined ? readUnicode(bytes, 6, 1) : codePage.read(bytes, 6, 1);
      const name = cutText(text, MAX_NAME);
      const start = bytes.readUInt32LE(0);
      const other = names.get(start);
      if (other !== undefined)
        throw brokenWorkbook(`Its sheets "${truncated(other)}" and "${truncated(name)}" refer to the same part.`);
      names.set(start, name);
      const end = starts.find((next) => next > start) ?? size;
      sheets.push({
        name,
        part: String(index),
        is_hidden: ((bytes[4] as number) & HIDDEN) !== 0,
        start,
        end,
      });
    }
    if (sheets.length === 0) throw brokenWorkbook("It has no worksheet.");
    return sheets;
  }
}

/** Reads the version from the first record. @throws Problem unsupported-file, broken-workbook */
function versionOf(reader: RecordReader): number {
  const isOlder = [0x09, 0x209, 0x409].includes(reader.type);
  const version = reader.type === RECORD.BOF && reader.length >= 4 ? reader.bytes.readUInt16LE(reader.at) : 0;
  if (isOlder || (version !== 0 && version < BIFF5))
    throw new Problem(
      "unsupported-file",
      "The file is a workbook of Excel 4 or older. Save it as .xlsx without a password, or as CSV.",
      { extra: because("old-workbook") },
    );
  if (version !== BIFF5 && version !== BIFF8) throw brokenWorkbook("It does not begin like a workbook.");
  if (reader.bytes.readUInt16LE(reader.at + 2) !== GLOBALS) throw brokenWorkbook("It has no list of sheets.");
  return version;
}
