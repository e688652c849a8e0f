// Scores how well a dialect fits a sample: its records should have no faults and the same number of fields.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { countKnownNames } from "../columns/column-claims.ts";
import { recordTexts } from "../field-text.ts";
import { QUOTED, type Records } from "../records.ts";
import { splitRecords } from "../split-records.ts";
import { createSplitter } from "../splitter.ts";

const DOUBLE_QUOTE = 34;
/** Delimiters that are not blanks. */
const EDGES = new Set(Buffer.from(",;|"));
/** A blank or a tab is not the delimiter if more than this share of the fields begins or ends with another delimiter. */
const MAX_EDGES = 0.6;
/** Number of rows at the start of the table that are checked for a header. */
const TOP_ROWS = 5;

export interface Row {
  /** Number of the line in the sample, from 1. */
  line: number;
  cells: string[];
}

export interface Score {
  score: number;
  /** The number of fields that most records have. */
  width: number;
}

/**
 * @param isEnd whether the sample ends at the file's end. If not, its last record may be incomplete and is not counted
 * @param records receives the records of the sample; reused for each dialect, so that its arrays are allocated once
 */
export function scoreDialect(dialect: Dialect, sample: Buffer, isEnd: boolean, records: Records): Score {
  splitRecords(createSplitter(dialect, 1), { bytes: sample, from: 0, to: sample.length, at_end: true }, records);
  const count = isEnd || records.count < 2 ? records.count : records.count - 1;

  const sizes = new Map<number, number>();
  let edges = 0;
  let fields = 0;
  let quoted = 0;
  let doubleQuoted = 0;
  for (let record = 0; record < count; record++) {
    const first = records.first_field[record] as number;
    const end = records.first_field[record + 1] as number;
    if (records.fault[record] === 0) sizes.set(end - first, (sizes.get(end - first) ?? 0) + 1);
    fields += end - first - 1;
    for (let field = first; field < end; field++) {
      if (end - first > 1 && hasDelimiterAtEdge(records, field)) edges++;
      if (((records.field_flags[field] as number) & QUOTED) !== 0) quoted++;
      else if (sample[records.field_start[field] as number] === DOUBLE_QUOTE) doubleQuoted++;
    }
  }
  const [width, agreeing] = mostFrequent(sizes);

  // An apostrophe may be just part of a word. It is the quote if at least half the records have a field enclosed in apostrophes
  // and no field is enclosed in double quotes. The apostrophe then wins even if unescaped apostrophes cause faults in half the
  // records.
  const apostrophes = dialect.quote === "'";
  // In `A-1\t;Lamp\t;5`, the tab is not the delimiter, although every row contains equally many tabs.
  if (edges > fields * MAX_EDGES && dialect.delimiter.trim().length === 0) return { score: 0.005, width };
  if (apostrophes && (quoted < Math.max(2, count / 2) || doubleQuoted > 0)) return { score: 0, width };
  if (count === 0 || width < 2) return { score: 0.01, width };

  const top = firstRows(dialect, records, Math.min(count, TOP_ROWS));
  const known = Math.max(...top.map(({ cells }) => (cells.length > 1 ? countKnownNames(cells) : 0)));
  // The first record should have as many fields as most records. If a column contains text such as `x;y;z`, every row has equally many
  // semicolons, but the header has none. If only a later record has this many fields, add less to the score: the records above it may be
  // titles.
  const headFits = top[0]?.cells.length === width ? 0.3 : top.some(({ cells }) => cells.length === width) ? 0.1 : 0;
  const share = agreeing / count;
  const score =
    share * share +
    Math.min(Math.log2(width), 6) / 20 +
    known * 0.2 +
    headFits +
    (quoted > 0 ? 0.02 : 0) +
    (apostrophes ? 0.5 : 0);
  return { score, width };
}

/**
 * Whether the field begins or ends with a character that is a common delimiter. This indicates that the blank or tab with which the record
 * was split only pads the cells.
 */
function hasDelimiterAtEdge({ bytes, field_start, field_end }: Records, field: number): boolean {
  const start = field_start[field] as number;
  const end = field_end[field] as number;
  return start < end && (EDGES.has(bytes[start] as number) || EDGES.has(bytes[end - 1] as number));
}

/** Returns the cells of the first records, at most `count` of them. */
export function firstRows(dialect: Dialect, records: Records, count: number): Row[] {
  return Array.from({ length: Math.min(count, records.count) }, (_, record) => ({
    line: records.line[record] as number,
    cells: recordTexts(records, record, dialect),
  }));
}

/** Returns the most frequent number of fields (the larger one of two that are equally frequent), and its frequency. */
function mostFrequent(sizes: ReadonlyMap<number, number>): [number, number] {
  let best: [number, number] = [0, 0];
  for (const [size, count] of sizes) {
    if (count > best[1] || (count === best[1] && size > best[0])) best = [size, count];
  }
  return best;
}
