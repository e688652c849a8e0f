// Reads the lines around the header of a table. Some templates name each column several times, such as in the user's language and in the
// language of a program. A profile may know the names in another of these lines than the one that detection has chosen.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";
import { createRecords, type Records } from "../records.ts";
import { splitRecords } from "../split-records.ts";
import { createSplitter } from "../splitter.ts";
import { readFully, type TextFile } from "../text/text-file.ts";

export interface HeaderLine {
  /** Number of the line in the file, from 1. */
  line: number;
  cells: string[];
}

/** Maximum number of records that are returned from below the header, and of records that are returned from above it. */
const MAX_LINES = 5;
/** Lines above the header are read only if they have at most this number of bytes. */
const MAX_BYTES_ABOVE = 65_536;
/** A record of names has at least this number of filled cells. A title has fewer. */
const MIN_NAMES = 3;

interface Place {
  /** Offset of the first line of the file, after a byte order mark. */
  mark: number;
  /** Offset of the header in the file. */
  start: number;
  /** The records from the header on. */
  records: Records;
  /** Index of the last record of the header. */
  last: number;
}

/** Returns the records directly below the header, then those above it. */
export async function otherHeaders(file: TextFile, dialect: Dialect, place: Place): Promise<HeaderLine[]> {
  // The names in a table from XML or JSON are paths, which occur in no record.
  if (dialect.tree !== undefined) return [];
  const { records, last } = place;
  const below = linesOf(records, last + 1, dialect);
  return [...below, ...(await linesAbove(file, dialect, place))];
}

async function linesAbove(file: TextFile, dialect: Dialect, { mark, start }: Place): Promise<HeaderLine[]> {
  if (start <= mark || start - mark > MAX_BYTES_ABOVE) return [];
  const bytes = Buffer.alloc(start - mark);
  const length = await readFully(file, bytes, 0, mark);
  const records = createRecords();
  splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: length, at_end: true }, records);
  return linesOf(records, 0, dialect);
}

function linesOf(records: Records, from: number, dialect: Dialect): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let r = from; r < records.count && r < from + MAX_LINES; r++) {
    if (records.fault[r] !== 0) continue;
    const cells = recordTexts(records, r, dialect);
    if (cells.filter((cell) => cell.trim() !== "").length >= MIN_NAMES)
      lines.push({ line: records.line[r] as number, cells });
  }
  return lines;
}
