// Reads streams of a compound file (OLE2), which contains an old workbook, document or message ([MS-CFB]). A stream is a chain of sectors
// anywhere in the file. Numbers in a hostile file take no memory and no time: a chain has at most as many sectors as the file, and no
// sector twice.
import type { FileBytes } from "../../text/file-bytes.ts";
import { brokenWorkbook } from "../broken-workbook.ts";

/** The bytes of a stream. */
export interface ByteStream {
  readonly size: number;
  /** Returns the bytes from `start` to `end`. Returns fewer bytes if the stream or the file ends before `end`. */
  read(start: number, end: number): Buffer;
}

/** A stream or a folder (storage) in a compound file. */
export interface CompoundEntry {
  name: string;
  is_stream: boolean;
  /** Number of the first sector. */
  start: number;
  size: number;
}

export interface CompoundFile {
  /** Identifies the program that a compound file belongs to. 32 hexadecimal digits. */
  class_id: string;
  /** The entries of the root folder. */
  entries: CompoundEntry[];
  /** @throws Problem broken-workbook */
  open(entry: CompoundEntry): ByteStream;
}

const HEADER_BYTES = 512;
/** Number of sectors of the allocation table that the header lists. Further ones are listed in a chain of sectors. */
const LISTED_IN_HEADER = 109;
/** Numbers from this one on mark the end of a chain or an unused sector. */
const SPECIAL = 0xfffffffa;
const ENTRY_BYTES = 128;
/** Maximum number of bytes of the directory. A workbook with macros and embedded objects has about 100 entries of 128 bytes. */
const MAX_DIRECTORY = 4 << 20;
const SHORT_SECTOR = 64;
/** Streams from this size on are chains of ordinary sectors. No file states another number. */
const MAX_SHORT_STREAM = 4096;
const NO_ENTRY = 0xffffffff;
const STREAM = 2;
const ROOT = 5;

/** @throws Problem broken-workbook */
export function openCompound(file: FileBytes): CompoundFile {
  const sectors = openSectors(file);
  const header = sectors.header;
  const directory = sectors.stream(header.readUInt32LE(48), MAX_DIRECTORY);
  if (directory.size >= MAX_DIRECTORY) throw brokenWorkbook("Its directory has too many entries.");
  const entryAt = (id: number): Buffer => {
    const bytes = directory.read(id * ENTRY_BYTES, (id + 1) * ENTRY_BYTES);
    if (bytes.length < ENTRY_BYTES) throw brokenWorkbook("Its directory is incomplete.");
    return bytes;
  };
  const root = entryAt(0);
  if (root[66] !== ROOT) throw brokenWorkbook("Its directory has no root.");
  const isLarge = header.readUInt16LE(26) === 4;
  const limit = Math.min(header.readUInt32LE(56), MAX_SHORT_STREAM);
  return {
    class_id: root.toString("hex", 80, 96),
    entries: readSiblings(root.readUInt32LE(76), directory.size / ENTRY_BYTES, entryAt).map((entry) => ({
      name: entry.toString("utf16le", 0, Math.max(0, Math.min(entry.readUInt16LE(64), 64) - 2)),
      is_stream: entry[66] === STREAM,
      start: entry.readUInt32LE(116),
      size: sizeOf(entry, isLarge),
    })),
    open({ start, size }) {
      if (size >= limit) return sectors.stream(start, size);
      const table = sectors.stream(header.readUInt32LE(60), file.size);
      return shortStream(sectors.stream(root.readUInt32LE(116), sizeOf(root, isLarge)), table, start, size);
    },
  };
}

/** In a file with sectors of 512 bytes, the upper half of a size has no meaning. */
const sizeOf = (entry: Buffer, isLarge: boolean): number =>
  entry.readUInt32LE(120) + (isLarge ? entry.readUInt32LE(124) * 2 ** 32 : 0);

/** Returns the entries of a folder, which form a binary tree. */
function readSiblings(top: number, count: number, entryAt: (id: number) => Buffer): Buffer[] {
  const entries: Buffer[] = [];
  const visited = new Set<number>();
  const pending = [top];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === NO_ENTRY || id >= count || visited.has(id)) continue;
    visited.add(id);
    const entry = entryAt(id);
    entries.push(entry);
    pending.push(entry.readUInt32LE(72), entry.readUInt32LE(68));
  }
  return entries;
}

interface Sectors {
  header: Buffer;
  /** Returns the stream that begins with the sector `start`. @param size the stated size, which may be larger than the stream */
  stream(start: number, size: number): ByteStream;
}

function openSectors(file: FileBytes): Sectors {
  if (file.size < HEADER_BYTES) throw incomplete();
  const header = file.read(0, HEADER_BYTES);
  const shift = header.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) throw brokenWorkbook(`Its sectors have 2^${shift} bytes.`);
  const sectorBytes = 2 ** shift;
  const count = Math.max(0, Math.ceil(file.size / sectorBytes) - 1);
  const readSectors = (first: number, length: number): Buffer => {
    const start = (first + 1) * sectorBytes;
    return file.read(start, Math.min(start + length * sectorBytes, file.size));
  };
  const table = readTable(header, count, sectorBytes, (sector) => {
    if (sector >= count) throw incomplete();
    return readSectors(sector, 1);
  });
  return {
    header,
    stream(start, size) {
      const sectors = chainOf(table, start, Math.min(count, Math.ceil(size / sectorBytes)));
      return {
        size: Math.min(size, sectors.length * sectorBytes),
        read: (from, to) => readChain(sectors, sectorBytes, from, Math.min(to, size), readSectors),
      };
    },
  };
}

const incomplete = () => brokenWorkbook("It is incomplete: it refers to bytes after its end.");

/** Reads the allocation table, which contains the next sector of each sector. */
function readTable(header: Buffer, count: number, sectorBytes: number, read: (sector: number) => Buffer): Uint32Array {
  const perSector = sectorBytes / 4;
  const wanted = Math.ceil(count / perSector);
  const table = new Uint32Array(wanted * perSector).fill(NO_ENTRY);
  let filled = 0;
  const add = (sector: number): void => {
    if (sector >= SPECIAL || filled === wanted) return;
    const bytes = read(sector);
    for (let i = 0; i + 4 <= bytes.length; i += 4) table[filled * perSector + i / 4] = bytes.readUInt32LE(i);
    filled++;
  };
  for (let i = 0; i < LISTED_IN_HEADER; i++) add(header.readUInt32LE(76 + i * 4));
  // Each sector of the list must supply a sector of the table, so a list without an end stops too.
  let next = header.readUInt32LE(68);
  while (next < SPECIAL && filled < wanted) {
    const before = filled;
    const list = read(next);
    if (list.length < sectorBytes) throw incomplete();
    for (let i = 0; i < perSector - 1; i++) add(list.readUInt32LE(i * 4));
    if (filled === before) break;
    next = list.readUInt32LE(sectorBytes - 4);
  }
  return table;
}

/** Returns the sectors of a chain, at most `wanted`. */
function chainOf(table: Uint32Array, start: number, wanted: number): Uint32Array {
  const sectors = new Uint32Array(wanted);
  const visited = new Uint8Array(Math.ceil(table.length / 8));
  let length = 0;
  for (let sector = start; length < wanted && sector < SPECIAL; sector = table[sector] as number) {
    if (sector >= table.length) throw incomplete();
    const mask = 1 << (sector & 7);
    const byte = visited[sector >> 3] as number;
    if ((byte & mask) !== 0) throw brokenWorkbook("A chain of its sectors has no end.");
    visited[sector >> 3] = byte | mask;
    sectors[length++] = sector;
  }
  return sectors.subarray(0, length);
}

/** Reads neighbouring sectors at once. */
function readChain(
  sectors: Uint32Array,
  sectorBytes: number,
  from: number,
  to: number,
  read: (first: number, length: number) => Buffer,
): Buffer {
  const parts: Buffer[] = [];
  const last = Math.min(sectors.length, Math.ceil(to / sectorBytes));
  for (let at = Math.floor(from / sectorBytes); at < last;) {
    const first = sectors[at] as number;
    let length = 1;
    while (at + length < last && sectors[at + length] === first + length) length++;
    parts.push(read(first, length));
    at += length;
  }
  const skipped = from % sectorBytes;
  // Most streams are in neighbouring sectors: one part needs no copy.
  const [only = Buffer.alloc(0)] = parts;
  return (parts.length <= 1 ? only : Buffer.concat(parts)).subarray(skipped, skipped + Math.max(0, to - from));
}

/** A short stream is a chain of sectors of 64 bytes in another stream. It is shorter than one window of a reader, so it is read at once. */
function shortStream(content: ByteStream, table: ByteStream, start: number, size: number): ByteStream {
  const parts: Buffer[] = [];
  const wanted = Math.ceil(size / SHORT_SECTOR);
  for (let sector = start; parts.length < wanted && sector < SPECIAL;) {
    parts.push(content.read(sector * SHORT_SECTOR, (sector + 1) * SHORT_SECTOR));
    const next = table.read(sector * 4, sector * 4 + 4);
    if (next.length < 4) throw incomplete();
    sector = next.readUInt32LE();
  }
  const bytes = Buffer.concat(parts).subarray(0, size);
  return { size: bytes.length, read: (from, to) => bytes.subarray(from, to) };
}
