// Builds old workbooks (.xls) for tests: compound files and the records in them, including invalid ones. Shares no code with the reader.
// Long because it writes the container, the records and the texts of the format.
const SECTOR = 512;
const SHORT_SECTOR = 64;
const END = 0xfffffffe;
const FREE = 0xffffffff;

const int16 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, i * 2);
  return bytes;
};
const int32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, i * 4);
  return bytes;
};
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

/** Writes a record. */
export const xlsRecord = (type: number, ...data: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat(data);
  return Buffer.concat([int16(type, bytes.length), bytes]);
};

const isNarrow = (text: string): boolean => /^[\0-\xff]*$/.test(text);

/** Writes a text of Excel 97. @param lengthBytes number of bytes of its length */
const unicode = (text: string, lengthBytes: 1 | 2): Buffer => {
  const length = lengthBytes === 1 ? Buffer.from([text.length]) : int16(text.length);
  return Buffer.concat([length, Buffer.from([isNarrow(text) ? 0 : 1]), characters(text, isNarrow(text))]);
};
const characters = (text: string, narrow: boolean): Buffer => Buffer.from(text, narrow ? "latin1" : "utf16le");

/** A shared text with runs of formatting, and with bytes that describe its pronunciation. */
export interface RichText {
  text: string;
  runs?: number;
  extension?: number;
}

/** Writes the shared texts. Begins a CONTINUE record whenever a record has `limit` bytes. The characters in it have one byte if all of them
 * allow that, and two bytes otherwise. */
export function sharedTexts(texts: readonly (string | RichText)[], limit = 8224, count = texts.length): Buffer {
  const records: Buffer[][] = [[int32(count, count)]];
  let size = 8;
  const add = (bytes: Buffer): void => {
    (records.at(-1) as Buffer[]).push(bytes);
    size += bytes.length;
  };
  const startNext = (): void => {
    records.push([]);
    size = 0;
  };
  /** Writes bytes that may be divided anywhere. */
  const addDivided = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length;) {
      if (size >= limit) startNext();
      const part = bytes.subarray(at, at + limit - size);
      add(part);
      at += part.length;
    }
  };
  for (const given of texts) {
    const { text, runs = 0, extension = 0 } = typeof given === "string" ? { text: given } : given;
    if (size + 9 > limit) startNext();
    let isWide = !isNarrow(text);
    add(int16(text.length));
    add(Buffer.from([(isWide ? 1 : 0) | (runs > 0 ? 8 : 0) | (extension > 0 ? 4 : 0)]));
    if (runs > 0) add(int16(runs));
    if (extension > 0) add(int32(extension));
    for (let at = 0; at < text.length;) {
      const fits = Math.floor((limit - size) / (isWide ? 2 : 1));
      if (fits < 1) {
        startNext();
        isWide = !isNarrow(text.slice(at));
        add(Buffer.from([isWide ? 1 : 0]));
        continue;
      }
      const part = text.slice(at, at + fits);
      add(characters(part, !isWide));
      at += part.length;
    }
    addDivided(Buffer.alloc(runs * 4 + extension, 0x41));
  }
  return Buffer.concat(records.map((parts, i) => xlsRecord(i === 0 ? 0xfc : 0x3c, ...parts)));
}

/** Builds the records of cells. Rows and columns are counted from 0. */
export const xlsCell = {
  shared: (row: number, column: number, index: number): Buffer => xlsRecord(0xfd, int16(row, column, 0), int32(index)),
  text: (row: number, column: number, text: string): Buffer =>
    xlsRecord(0x204, int16(row, column, 0), unicode(text, 2)),
  /** A text of Excel 5 and 95. */
  bytes: (row: number, column: number, text: Buffer): Buffer =>
    xlsRecord(0x204, int16(row, column, 0, text.length), text),
  rich: (row: number, column: number, text: string): Buffer =>
    xlsRecord(0xd6, int16(row, column, 0), unicode(text, 2), int16(1), int16(0, 5)),
  number: (row: number, column: number, value: number, style = 0): Buffer =>
    xlsRecord(0x203, int16(row, column, style), double(value)),
  /** @param packed the number in the form RK */
  rk: (row: number, column: number, packed: number, style = 0): Buffer =>
    xlsRecord(0x27e, int16(row, column, style), int32(packed)),
  rks: (row: number, column: number, packed: readonly number[], style = 0): Buffer =>
    xlsRecord(
      0xbd,
      int16(row, column),
      ...packed.flatMap((value) => [int16(style), int32(value)]),
      int16(column + packed.length - 1),
    ),
  logical: (row: number, column: number, value: boolean): Buffer =>
    xlsRecord(0x205, int16(row, column, 0), Buffer.from([value ? 1 : 0, 0])),
  error: (row: number, column: number, code: number): Buffer =>
    xlsRecord(0x205, int16(row, column, 0), Buffer.from([code, 1])),
  blank: (row: number, column: number): Buffer => xlsRecord(0x201, int16(row, column, 0)),
  blanks: (row: number, column: number, count: number): Buffer =>
    xlsRecord(0xbe, int16(row, column), Buffer.alloc(count * 2), int16(column + count - 1)),
  /** @param result a number, or the 8 bytes of another result */
  formula: (row: number, column: number, result: number | Buffer, flags = 0): Buffer =>
    xlsRecord(0x06, int16(row, column, 0), typeof result === "number" ? double(result) : result, int16(flags, 0, 0, 0)),
  merged: (...ranges: readonly [top: number, bottom: number, left: number, right: number][]): Buffer =>
    xlsRecord(0xe5, int16(ranges.length), ...ranges.map((range) => int16(...range))),
};

/** Results of formulas that are not numbers. A text follows in a record of its own. */
export const xlsResult = {
  text: Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff]),
  logical: (value: boolean): Buffer => Buffer.from([1, 0, value ? 1 : 0, 0, 0, 0, 0xff, 0xff]),
  error: (code: number): Buffer => Buffer.from([2, 0, code, 0, 0, 0, 0xff, 0xff]),
  blank: Buffer.from([3, 0, 0, 0, 0, 0, 0xff, 0xff]),
};

export const xlsText = (text: string): Buffer => xlsRecord(0x207, unicode(text, 2));

export const XLS_EOF = xlsRecord(0x0a);
export const xlsBof = (kind: number, version = 0x600): Buffer =>
  xlsRecord(0x809, int16(version, kind), Buffer.alloc(version === 0x600 ? 12 : 4));

export interface XlsInput {
  /** The records of the cells of each sheet, by its name. */
  sheets: Record<string, Buffer | readonly Buffer[]>;
  /** The states of sheets: 1 is hidden, 2 is hidden from the menu too. */
  states?: Record<string, number>;
  /** The kinds of sheets, such as 2 for a chart. Other sheets are worksheets. */
  kinds?: Record<string, number>;
  /** Offsets of sheets that replace the true ones. */
  offsets?: Record<string, number>;
  /** The records of the shared texts. */
  strings?: Buffer;
  /** Format codes. Style 1 has the first one, and so on. Style 0 is without a format. */
  formats?: readonly string[];
  is_1904?: boolean;
  /** If given, the workbook is one of Excel 5 or 95, whose texts are in this code page. */
  code_page?: number;
  /** Further records before the list of sheets. */
  globals?: Buffer;
}

/** Builds the stream with the workbook. */
export function xlsStream(input: XlsInput): Buffer {
  const { sheets, states = {}, kinds = {}, offsets = {}, formats = [], code_page: page } = input;
  const version = page === undefined ? 0x600 : 0x500;
  const bodies = Object.values(sheets).map((records) =>
    Buffer.concat([xlsBof(0x10, version), ...(Buffer.isBuffer(records) ? [records] : records), XLS_EOF]),
  );
  const name = (text: string): Buffer =>
    page === undefined ? unicode(text, 1) : Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
  const globals = (start: number): Buffer => {
    let at = start;
    const list = Object.keys(sheets).map((sheet, i) => {
      const offset = offsets[sheet] ?? at;
      at += bodies[i]?.length ?? 0;
      return xlsRecord(0x85, int32(offset), Buffer.from([states[sheet] ?? 0, kinds[sheet] ?? 0]), name(sheet));
    });
    return Buffer.concat([
      xlsBof(0x05, version),
      xlsRecord(0x42, int16(page ?? 1200)),
      xlsRecord(0x22, int16(input.is_1904 === true ? 1 : 0)),
      ...(input.globals === undefined ? [] : [input.globals]),
      ...formats.map((code, i) =>
        xlsRecord(
          0x41e,
          int16(164 + i),
          page === undefined
            ? unicode(code, 2)
            : Buffer.concat([Buffer.from([code.length]), Buffer.from(code, "latin1")]),
        ),
      ),
      ...[0, ...formats.map((_, i) => 164 + i)].map((id) => xlsRecord(0xe0, int16(0, id), Buffer.alloc(16))),
      ...list,
      ...(input.strings === undefined ? [] : [input.strings]),
      XLS_EOF,
    ]);
  };
  return Buffer.concat([globals(globals(0).length), ...bodies]);
}

/** Builds an old workbook. */
export const makeXls = (input: XlsInput): Buffer =>
  makeCompound({ [input.code_page === undefined ? "Workbook" : "Book"]: xlsStream(input) });

/** Builds a compound file. Streams of less than 4096 bytes are stored in short sectors, unless they are padded.
 * @param classId identifies the program that the file belongs to */
export function makeCompound(streams: Record<string, Buffer>, classId = Buffer.alloc(16)): Buffer {
  const sectors: Buffer[] = [];
  const table: number[] = [];
  const add = (bytes: Buffer): number => {
    const first = sectors.length;
    for (let at = 0; at < bytes.length; at += SECTOR) {
      const sector = Buffer.alloc(SECTOR);
      bytes.copy(sector, 0, at, at + SECTOR);
      sectors.push(sector);
      table.push(sectors.length);
    }
    if (sectors.length === first) return END;
    table[sectors.length - 1] = END;
    return first;
  };
  const short: Buffer[] = [];
  const shortTable: number[] = [];
  const addShort = (bytes: Buffer): number => {
    const first = shortTable.length;
    const count = Math.ceil(bytes.length / SHORT_SECTOR);
    short.push(Buffer.concat([bytes], count * SHORT_SECTOR));
    for (let i = 1; i <= count; i++) shortTable.push(i === count ? END : first + i);
    return count === 0 ? END : first;
  };
  const entries = Object.entries(streams).map(([name, bytes]) => ({
    name,
    size: bytes.length,
    start: bytes.length < 4096 ? addShort(bytes) : add(bytes),
  }));
  const content = Buffer.concat(short);
  const contentStart = add(content);
  const shortStart = add(int32(...shortTable));
  const directory = [
    compoundEntry("Root Entry", {
      kind: 5,
      child: entries.length === 0 ? FREE : 1,
      start: contentStart,
      size: content.length,
      classId,
    }),
    // Each entry is the right child of the previous one.
    ...entries.map(({ name, size, start }, i) =>
      compoundEntry(name, { kind: 2, right: i + 2 > entries.length ? FREE : i + 2, start, size }),
    ),
  ];
  const directoryStart = add(Buffer.concat(directory));
  return finishCompound(sectors, table, {
    directory: directoryStart,
    short: shortStart,
    shortCount: shortTable.length,
  });
}

/** Appends the allocation table and its list, and writes the header. */
function finishCompound(
  sectors: readonly Buffer[],
  table: readonly number[],
  starts: { directory: number; short: number; shortCount: number },
): Buffer {
  const perSector = SECTOR / 4;
  let tables = 0;
  let lists = 0;
  for (let before = -1; before !== tables + lists;) {
    before = tables + lists;
    tables = Math.ceil((sectors.length + tables + lists) / perSector);
    lists = Math.max(0, Math.ceil((tables - 109) / (perSector - 1)));
  }
  const first = sectors.length;
  const numbers = Array.from({ length: tables }, (_, i) => first + i);
  const all = [...table, ...numbers.map(() => 0xfffffffd), ...Array.from({ length: lists }, () => 0xfffffffc)];
  while (all.length < tables * perSector) all.push(FREE);
  const listed = numbers.slice(109);
  const listSectors = Array.from({ length: lists }, (_, i) => {
    const part = listed.slice(i * (perSector - 1), (i + 1) * (perSector - 1));
    while (part.length < perSector - 1) part.push(FREE);
    return int32(...part, i === lists - 1 ? END : first + tables + i + 1);
  });
  const header = Buffer.concat([
    Buffer.from("d0cf11e0a1b11ae1", "hex"),
    Buffer.alloc(16),
    int16(0x3e, 3, 0xfffe, 9, 6),
    Buffer.alloc(10),
    int32(tables, starts.directory, 0, 4096, starts.short, Math.ceil(starts.shortCount / perSector)),
    int32(lists === 0 ? END : first + tables, lists),
    int32(...Array.from({ length: 109 }, (_, i) => numbers[i] ?? FREE)),
  ]);
  return Buffer.concat([header, ...sectors, int32(...all), ...listSectors]);
}

interface EntryInput {
  kind: number;
  start: number;
  size: number;
  right?: number;
  child?: number;
  classId?: Buffer;
}

/** Writes an entry of a directory. */
function compoundEntry(name: string, { kind, start, size, right = FREE, child = FREE, classId }: EntryInput): Buffer {
  const entry = Buffer.alloc(128);
  entry.write(name, "utf16le");
  entry.writeUInt16LE((name.length + 1) * 2, 64);
  entry[66] = kind;
  int32(FREE, right, child).copy(entry, 68);
  classId?.copy(entry, 80);
  int32(start, size).copy(entry, 116);
  return entry;
}
