// How well a dialect fits a sample: whether its records are sound and agree in their number of fields.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { countKnownNames } from "../columns/match-columns.ts";
import { QUOTED, type Records } from "../records.ts";
import { createSplitter, recordTexts, splitRecords } from "../split-records.ts";

const DOUBLE_QUOTE = 34;
/** Rows among which the header is looked for. */
const TOP_ROWS = 5;

export interface Row {
  /** Of the sample, from 1. */
  line: number;
  cells: string[];
}

export interface Score {
  score: number;
  /** Fields that most records have. */
  width: number;
}

/** @param isEnd the sample ends where the file does; else its last record may be cut and does not count
 * @param records room to work in */
export function scoreDialect(dialect: Dialect, sample: Buffer, isEnd: boolean, records: Records): Score {
  splitRecords(createSplitter(dialect, 1), sample, 0, sample.length, true, records);
  const count = isEnd || records.count < 2 ? records.count : records.count - 1;

  const sizes = new Map<number, number>();
  let quoted = 0;
  let doubleQuoted = 0;
  for (let record = 0; record < count; record++) {
    const first = records.first_field[record] as number;
    const end = records.first_field[record + 1] as number;
    if (records.fault[record] === 0) sizes.set(end - first, (sizes.get(end - first) ?? 0) + 1);
    for (let field = first; field < end; field++) {
      if (((records.field_flags[field] as number) & QUOTED) !== 0) quoted++;
      else if (sample[records.field_start[field] as number] === DOUBLE_QUOTE) doubleQuoted++;
    }
  }
  const [width, agreeing] = mostFrequent(sizes);

  // An apostrophe starts a word now and then: it quotes where most records have it around a field and nothing else does.
  // Then it does so even if the apostrophes of the text are not escaped, and half the records are faults.
  const apostrophes = dialect.quote === "'";
  if (apostrophes && (quoted < Math.max(2, count / 2) || doubleQuoted > 0)) return { score: 0, width };
  if (count === 0 || width < 2) return { score: 0.01, width };

  const top = firstRows(dialect, records, Math.min(count, TOP_ROWS));
  const known = Math.max(...top.map(({ cells }) => (cells.length > 1 ? countKnownNames(cells) : 0)));
  // A title may stand above the header, but a first record that fits is the better sign: `x;y;z` in a column's text agrees
  // row after row, only the header has none of it.
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

/** The text of the first records, at most `count` of them. */
export function firstRows(dialect: Dialect, records: Records, count: number): Row[] {
  return Array.from({ length: Math.min(count, records.count) }, (_, record) => ({
    line: records.line[record] as number,
    cells: recordTexts(records, record, dialect),
  }));
}

/** The number of fields that most records have, the larger of two equals, and how many have it. */
function mostFrequent(sizes: ReadonlyMap<number, number>): [number, number] {
  let best: [number, number] = [0, 0];
  for (const [size, count] of sizes) {
    if (count > best[1] || (count === best[1] && size > best[0])) best = [size, count];
  }
  return best;
}
