// Counts cells that are stored but that the user should check: shortened numbers, words for missing values, formulas without a result,
// numbers after a backtick, and letters that were already wrong when the file was written.
import type { Layout } from "../../../layout.ts";
import type { MappingPlan, Step } from "../../../mapping/plan.ts";
import { BACKTICK, EQUALS, isFormula, isGuardedNumber } from "../../../damaged/kept-texts.ts";
import { mayContain } from "../../../read/fit/clean-cells.ts";
import type { Records } from "../../../read/records.ts";
import { isShortenedNumber } from "../../../damaged/damaged-keys.ts";
import { storedSources } from "./error-values.ts";

export type DoubtfulKind = "damaged_numbers" | "missing_values" | "formulas" | "guarded_numbers" | "wrong_letters";

/** The doubtful cells of one kind in one column. */
export interface DoubtfulCells {
  kind: DoubtfulKind;
  /** Index of the column. */
  column: number;
  count: number;
  /** The first lines with a doubtful cell of this kind in this column. */
  lines: number[];
  /** The text of the first doubtful cell. */
  text: string;
}

/** Maximum number of lines that are kept for the doubtful cells of a column. */
const KEPT_LINES = 3;
const KEPT_BYTES = 120;

interface Kind {
  kind: DoubtfulKind;
  /** The bytes that every doubtful cell of this kind contains. For a window without these bytes, a fast native search is enough. */
  needle: Buffer | number;
  /** A longer text that every doubtful cell of this kind contains. The cells of a window are inspected only if the window contains this
   * text too, because `needle` can be a part of an ordinary character, as `82 ac` is a part of `€`. */
  whole?: Buffer;
  /** Whether doubtful cells of this kind begin with `needle`. If so, `needle` is a single byte. */
  is_first?: boolean;
  isDoubtful: (bytes: Buffer, start: number, end: number) => boolean;
  /** Whether doubtful cells are also counted in the SKU column. False for texts that are not valid as a SKU: the scan rejects their rows. */
  in_sku: boolean;
}

/** Whether the cell contains the last of the texts, but none of the texts before it. Each of those belongs to an earlier element of
 * OTHER_KINDS, for which the cell is counted already. */
const includesOnlyLast =
  (texts: readonly Buffer[]): Kind["isDoubtful"] =>
  (bytes, start, end) => {
    const cell = bytes.subarray(start, end);
    return cell.includes(texts.at(-1) as Buffer) && !texts.slice(0, -1).some((text) => cell.includes(text));
  };
const equals = (word: string): Kind["isDoubtful"] => {
  const expected = Buffer.from(word);
  return (bytes, start, end) =>
    end - start === expected.length && bytes.compare(expected, 0, expected.length, start, end) === 0;
};

/** Kinds of doubtful cells for which every file is searched. */
const KINDS: readonly Kind[] = [
  { kind: "damaged_numbers", needle: Buffer.from("E+"), isDoubtful: isShortenedNumber, in_sku: false },
  { kind: "formulas", needle: EQUALS, is_first: true, isDoubtful: isFormula, in_sku: true },
  { kind: "guarded_numbers", needle: BACKTICK, is_first: true, isDoubtful: isGuardedNumber, in_sku: true },
];
/**
 * Words for missing values. They are counted only if the first rows contain one: a program that writes such a word writes it in the whole
 * file.
 */
const MISSING: ReadonlyMap<string, Kind> = new Map(
  ["NULL", "\\N", "nan", "NaN"].map((word) => [
    word,
    { kind: "missing_values", needle: Buffer.from(word), isDoubtful: equals(word), in_sku: false } satisfies Kind,
  ]),
);
/**
 * Texts with wrong letters. U+FFFD replaces bytes that could not be decoded. If UTF-8 was decoded as windows-1252 and encoded again, the
 * text contains `Ã`, `Ð` or `â` before a symbol, and no word contains such a pair. The window is searched for the rarest bytes of these
 * texts, because native searches for frequent bytes are slow.
 */
const OTHER_KINDS: readonly Kind[] = (
  [
    ["efbfbd", "efbfbd"],
    ["83c2", "c383c2"],
    ["90c2", "c390c2"],
    ["82ac", "c3a2e282ac"],
    ["9ac2ac", "c3a2e2809ac2ac"],
  ] as const
).map(([rare, whole], index, all) => ({
  kind: "wrong_letters",
  needle: Buffer.from(rare, "hex"),
  whole: Buffer.from(whole, "hex"),
  isDoubtful: includesOnlyLast(all.slice(0, index + 1).map(([, whole]) => Buffer.from(whole, "hex"))),
  in_sku: true,
}));

/** Steps that can handle a doubtful text. The columns that a value with such a step reads are not searched for doubtful texts. */
const HANDLING: ReadonlySet<Step["step"]> = new Set(["map", "like", "replace"]);

export interface DoubtfulCount {
  /** Adds the cells of a window. */
  add(records: Records): void;
  readonly found: readonly DoubtfulCells[];
}

/** Counts doubtful cells in the columns of the file that are stored.
 * @param sample the first rows of the file
 * @param plan the plan of the mapping, if values are computed */
export function countDoubtful(
  layout: Layout,
  sample: readonly (readonly string[])[],
  plan: MappingPlan | null,
): DoubtfulCount {
  const isErased = (word: string): boolean => plan?.empty.includes(word) === true;
  const missing = [...MISSING].filter(([word]) => !isErased(word) && sample.some((cells) => cells.includes(word)));
  const kinds = [...KINDS, ...missing.map(([, kind]) => kind)];
  const stored = storedSources(layout, plan, HANDLING);
  const columns = [...stored, layout.sku].filter((index) => index >= 0 && index < layout.file_width);
  const found = new Map<string, DoubtfulCells>();
  const note = (records: Records, r: number, field: number, { kind }: Kind, column: number): void => {
    const key = `${kind} ${String(column)}`;
    let cells = found.get(key);
    if (cells === undefined) {
      const start = records.field_start[field] as number;
      const end = Math.min(records.field_end[field] as number, start + KEPT_BYTES);
      cells = { kind, column, count: 0, lines: [], text: records.bytes.toString("utf8", start, end) };
      found.set(key, cells);
    }
    cells.count++;
    if (cells.lines.length < KEPT_LINES) cells.lines.push(records.line[r] as number);
  };
  const addKind = (records: Records, kind: Kind): void => {
    if (!mayContain(records, kind.needle)) return;
    if (kind.whole !== undefined && !mayContain(records, kind.whole)) return;
    const { bytes, count, first_field, field_start, field_end } = records;
    const firstByte = kind.is_first === true ? kind.needle : undefined;
    for (let r = 0; r < count; r++) {
      const first = first_field[r] as number;
      if ((first_field[r + 1] as number) - first !== layout.file_width) continue;
      for (const column of columns) {
        const field = first + column;
        if (firstByte !== undefined && bytes[field_start[field] as number] !== firstByte) continue;
        if (!kind.isDoubtful(bytes, field_start[field] as number, field_end[field] as number)) continue;
        if (kind.in_sku || column !== layout.sku) note(records, r, field, kind, column);
      }
    }
  };
  return {
    get found() {
      return [...found.values()];
    },
    add(records) {
      if (records.count === 0) return;
      for (const kind of kinds) addKind(records, kind);
      if (!records.is_ascii) for (const kind of OTHER_KINDS) addKind(records, kind);
    },
  };
}
