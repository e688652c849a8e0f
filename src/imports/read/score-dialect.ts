// How well a dialect fits a sample: whether its records are sound and agree in their number of fields.
import type { Dialect } from "../../../contract/imports.ts";
import { countKnownNames } from "./match-columns.ts";
import { QUOTED } from "./records.ts";
import { createRecords, createSplitter, fieldText, splitRecords } from "./split-records.ts";

const DOUBLE_QUOTE = 34;
/** Rows whose text is looked at, for the header and what stands before it. */
const SHOWN_ROWS = 40;
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
  /** The first rows, as this dialect reads them. */
  rows: Row[];
}

/** @param is_end the sample ends where the file does; else its last record may be cut and does not count */
export function scoreDialect(dialect: Dialect, sample: Buffer, is_end: boolean): Score {
  const records = createRecords();
  splitRecords(createSplitter(dialect, 1), sample, 0, sample.length, true, records);
  const count = is_end || records.count < 2 ? records.count : records.count - 1;

  const sizes = new Map<number, number>();
  let quoted = 0;
  let double_quoted = 0;
  for (let record = 0; record < count; record++) {
    if (records.fault[record] !== 0) continue;
    const first = records.first_field[record] as number;
    const end = records.first_field[record + 1] as number;
    sizes.set(end - first, (sizes.get(end - first) ?? 0) + 1);
    for (let field = first; field < end; field++) {
      if (((records.field_flags[field] as number) & QUOTED) !== 0) quoted++;
      else if (sample[records.field_start[field] as number] === DOUBLE_QUOTE) double_quoted++;
    }
  }
  const [width, agreeing] = mostFrequent(sizes);

  const rows: Row[] = [];
  for (let record = 0; record < Math.min(count, SHOWN_ROWS); record++) {
    const cells: string[] = [];
    const end = records.first_field[record + 1] as number;
    for (let field = records.first_field[record] as number; field < end; field++) cells.push(fieldText(records, field, dialect));
    rows.push({ line: records.line[record] as number, cells });
  }
  // An apostrophe starts a word now and then: it quotes where it does so more than once and nothing else does.
  if (dialect.quote === "'" && (quoted < 2 || double_quoted > 0)) return { score: 0, width, rows };
  if (count === 0 || width < 2) return { score: 0.01, width, rows };

  const top = rows.slice(0, TOP_ROWS);
  const known = Math.max(...top.map(({ cells }) => (cells.length > 1 ? countKnownNames(cells) : 0)));
  const head_fits = top.some(({ cells }) => cells.length === width);
  const share = agreeing / count;
  const score = share * share + Math.min(Math.log2(width), 6) / 20 + known * 0.2 + (head_fits ? 0.1 : 0) + (quoted > 0 ? 0.02 : 0);
  return { score, width, rows };
}

/** The number of fields that most records have, the larger of two equals, and how many have it. */
function mostFrequent(sizes: ReadonlyMap<number, number>): [number, number] {
  let best: [number, number] = [0, 0];
  for (const [size, count] of sizes) {
    if (count > best[1] || (count === best[1] && size > best[0])) best = [size, count];
  }
  return best;
}
