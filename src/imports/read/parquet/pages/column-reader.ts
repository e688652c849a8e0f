// Reads the values of a column in a row group, page by page.
import type { CompressionCodec, Encoding, PageHeader } from "hyparquet";
import type { FileBytes } from "../../text/file-bytes.ts";
import type { Leaf } from "../schema.ts";
import type { LineOutput } from "../../tree/table/line-output.ts";
import { HybridReader } from "../values/hybrid-reader.ts";
import { PlainTexts, plainReader, readerOfValues, type ReadValue, type ValueBytes } from "../values/value-reader.ts";
import { valueTexts, type ValueTexts } from "../values/value-texts.ts";
import type { PageBudget } from "./page-budget.ts";
import { readPageHeader } from "./page-header.ts";
import { unpackPage } from "./unpack-page.ts";

/** The bytes of a column in a row group. */
export interface ColumnChunk {
  start: number;
  end: number;
  codec: CompressionCodec;
}

/** Number of bytes of memory that a text of a dictionary takes besides its characters. */
const TEXT_BYTES = 32;

/** The levels and the values of a page. */
interface Page {
  encoding: Encoding | undefined;
  repetitions: HybridReader | undefined;
  definitions: HybridReader | undefined;
  values: ValueBytes;
}

export class ColumnReader {
  readonly leaf: Leaf;
  readonly #file: FileBytes;
  readonly #chunk: ColumnChunk;
  readonly #budget: PageBudget;
  readonly #texts: ValueTexts;
  #at: number;
  #dictionary: string[] | undefined;
  #page: Page | undefined;
  #readValue: ReadValue | undefined;
  /** The values of the page, if their bytes can be copied; null if they cannot. */
  #plainTexts: PlainTexts | null | undefined;
  /** Number of entries of the page that have not been read. */
  #left = 0;
  /** The repetition level of the next entry; -1 if it has not been read. */
  #ahead = -1;
  #heldPage = 0;
  #heldDictionary = 0;
  /** The levels of the last entry. */
  rep = 0;
  def = 0;

  constructor(leaf: Leaf, chunk: ColumnChunk, file: FileBytes, budget: PageBudget) {
    this.leaf = leaf;
    this.#chunk = chunk;
    this.#file = file;
    this.#budget = budget;
    this.#texts = valueTexts(leaf);
    this.#at = chunk.start;
  }

  /** Returns the text of the next entry, and sets its levels. The text of a null is empty. */
  next(): string {
    if (!this.#advance()) return "";
    this.#readValue ??= this.#openValues();
    return this.#readValue();
  }

  /** Adds the text of the next entry as a cell, and sets the entry's levels. */
  writeNext(out: LineOutput): void {
    if (!this.#advance()) {
      out.addBlankCell();
      return;
    }
    const texts = (this.#plainTexts ??= this.#openPlainTexts());
    if (texts === null) {
      this.#readValue ??= this.#openValues();
      out.addTextCell(this.#readValue());
    } else {
      texts.next();
      out.addCell(texts.bytes, texts.start, texts.end);
    }
  }

  /** Moves to the next entry, and sets its levels. Returns false if the entry is null. */
  #advance(): boolean {
    const { max_def: maxDef } = this.leaf;
    this.rep = this.peekRep();
    if (this.rep === -1)
      throw new Error(`its column "${this.leaf.name.slice(0, 100)}" has fewer values than its row group has rows`);
    this.#ahead = -1;
    this.#left--;
    this.def = this.#page?.definitions?.next() ?? maxDef;
    return this.def === maxDef;
  }

  /** Returns null unless the values of the page are UTF-8 texts in the encoding PLAIN. */
  #openPlainTexts(): PlainTexts | null {
    const { encoding, values } = this.#page as Page;
    const isPlain = encoding === "PLAIN" && this.leaf.type === "BYTE_ARRAY" && this.#texts.is_text;
    return isPlain ? new PlainTexts(values.bytes, values.at) : null;
  }

  /** Returns the repetition level of the next entry; -1 if there are no further entries. */
  peekRep(): number {
    if (this.#ahead !== -1) return this.#ahead;
    while (this.#left === 0) if (!this.#load()) return -1;
    return (this.#ahead = this.#page?.repetitions?.next() ?? 0);
  }

  close(): void {
    this.#release();
    this.#budget.hold(-this.#heldDictionary);
    this.#heldDictionary = 0;
  }

  #openValues(): ReadValue {
    const { encoding, values } = this.#page as Page;
    const hold = (bytes: number): void => {
      this.#heldPage += bytes;
      this.#budget.hold(bytes);
    };
    return readerOfValues(encoding, values, {
      leaf: this.leaf,
      texts: this.#texts,
      dictionary: this.#dictionary,
      hold,
    });
  }

  #release(): void {
    this.#page = undefined;
    this.#readValue = undefined;
    this.#plainTexts = undefined;
    this.#budget.hold(-this.#heldPage);
    this.#heldPage = 0;
  }

  /** Reads the next page. Returns false at the end of the column. */
  #load(): boolean {
    this.#release();
    if (this.#at >= this.#chunk.end) return false;
    const { header, end } = readPageHeader(this.#file, this.#at, this.#chunk.end);
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0) || !(unpacked >= 0) || packed > this.#chunk.end - end)
      throw new Error(`a page has ${packed} bytes, more than its column`);
    this.#at = end + packed;
    switch (header.type) {
      case "DATA_PAGE":
        this.#openPage(header, end, pageOfVersion1);
        break;
      case "DATA_PAGE_V2":
        this.#openPage(header, end, pageOfVersion2);
        break;
      case "DICTIONARY_PAGE":
        this.#readDictionary(header, end);
        break;
      case "INDEX_PAGE":
        break;
      default:
        throw new Error("a page has an unknown type");
    }
    return true;
  }

  #hold({ compressed_page_size: packed, uncompressed_page_size: unpacked }: PageHeader): number {
    const bytes = packed + unpacked;
    this.#budget.hold(bytes);
    this.#budget.unpack(unpacked);
    return bytes;
  }

  #openPage(header: PageHeader, at: number, open: OpenPage): void {
    this.#heldPage = this.#hold(header);
    const bytes = this.#file.read(at, this.#at);
    const page = open(bytes, header, this.leaf, this.#chunk.codec);
    if (!(page.values.count >= 0)) throw new Error("a page has a negative number of values");
    this.#page = page;
    this.#left = page.values.count;
  }

  #readDictionary(header: PageHeader, at: number): void {
    const { leaf } = this;
    const { num_values: count = 0 } = header.dictionary_page_header ?? {};
    if (this.#dictionary !== undefined) throw new Error("a column has two dictionaries");
    this.#heldDictionary = this.#hold(header);
    const bytes = unpackPage(this.#file.read(at, this.#at), header.uncompressed_page_size, this.#chunk.codec);
    // Booleans take one bit each, so `bytes` can hold at most eight values per byte.
    if (!(count >= 0) || count > bytes.length * 8)
      throw new Error("a dictionary has fewer values than its header declares");
    this.#budget.hold(count * TEXT_BYTES);
    this.#heldDictionary += count * TEXT_BYTES;
    const read = plainReader(bytes, 0, { leaf, texts: this.#texts });
    this.#dictionary = Array.from({ length: count }, read);
  }
}

type OpenPage = (bytes: Buffer, header: PageHeader, leaf: Leaf, codec: CompressionCodec) => Page;

const bitsFor = (level: number): number => 32 - Math.clz32(level);

const pageOfVersion1: OpenPage = (packed, header, { max_rep: maxRep, max_def: maxDef }, codec) => {
  const { data_page_header: page } = header;
  if (page === undefined) throw new Error("a page has no header of its own");
  const bytes = unpackPage(packed, header.uncompressed_page_size, codec);
  let at = 0;
  const levels = (most: number, encoding: Encoding | undefined): HybridReader | undefined => {
    if (most === 0) return undefined;
    if (encoding !== "RLE") throw new Error(`a page has levels with the encoding ${encoding ?? "unknown"}`);
    const start = at + 4;
    at = start + bytes.readUInt32LE(at);
    return new HybridReader(bytes, start, at, bitsFor(most));
  };
  const repetitions = levels(maxRep, page.repetition_level_encoding);
  const definitions = levels(maxDef, page.definition_level_encoding);
  return { encoding: page.encoding, repetitions, definitions, values: { bytes, at, count: page.num_values } };
};

/** The levels of a page of version 2 are not packed. */
const pageOfVersion2: OpenPage = (packed, header, { max_rep: maxRep, max_def: maxDef }, codec) => {
  const { data_page_header_v2: page } = header;
  if (page === undefined) throw new Error("a page has no header of its own");
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = page;
  if (!(first >= 0) || !(second >= 0) || first + second > packed.length)
    throw new Error("a page is shorter than its levels");
  return {
    encoding: page.encoding,
    repetitions: maxRep === 0 ? undefined : new HybridReader(packed, 0, first, bitsFor(maxRep)),
    definitions: maxDef === 0 ? undefined : new HybridReader(packed, first, first + second, bitsFor(maxDef)),
    values: { bytes: valuesOfVersion2(packed, header, page, codec), at: 0, count: page.num_values },
  };
};

type Version2 = NonNullable<PageHeader["data_page_header_v2"]>;

function valuesOfVersion2(packed: Buffer, header: PageHeader, page: Version2, codec: CompressionCodec): Buffer {
  const levels = page.repetition_levels_byte_length + page.definition_levels_byte_length;
  const length = header.uncompressed_page_size - levels;
  // A page without values can have no bytes at all, which is not valid packed data.
  if (page.is_compressed === false || length <= 0) return packed.subarray(levels);
  return unpackPage(packed.subarray(levels), length, codec);
}
