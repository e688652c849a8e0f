// Collects the texts that value maps do not contain, for notices and for the question that holds an import.
import { cutText } from "../../../../contract/faults.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { MapperNotes } from "./steps.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Maximum number of different unknown texts that are collected for each value map. */
const MAX_TEXTS = 100;
const SHOWN_TEXT = 200;

export interface UnknownValues {
  /** Path of the value that uses the value map, such as `attributes.colour`. */
  statement: string;
  column: number;
  /** Number of records that contain a text that the value map does not contain. */
  count: number;
  /** The first texts that the value map does not contain, without repetitions. */
  texts: string[];
}

export interface Notes extends MapperNotes {
  /** Counts the texts that were reported to these notes since the last record ended.
   * @param isKept whether the values of the record are kept: no condition ignores the record, and the record has no fault */
  endRecord(isKept: boolean): void;
  /** For each value map: the texts that the map does not contain and that were kept as values. */
  readonly unknown: readonly UnknownValues[];
  /** Returns the question about the texts that a value map does not contain, if such a text must hold the import. */
  question(names: readonly string[]): Problem | undefined;
}

interface Collected extends UnknownValues {
  seen: Map<string, string>;
  /** Number of the last record that was counted. */
  last_record: number;
}

interface Noted {
  values: Map<string, Collected>;
  statement: string;
  column: number;
  text: string;
}

export function createNotes(): Notes {
  const kept = new Map<string, Collected>();
  const unseen = new Map<string, Collected>();
  let noted: Noted[] = [];
  let record = 0;
  return {
    kept(statement, column, text) {
      noted.push({ values: kept, statement, column, text });
    },
    unseen(statement, column, text) {
      noted.push({ values: unseen, statement, column, text });
    },
    endRecord(isKept) {
      record++;
      if (noted.length === 0) return;
      if (isKept) for (const each of noted) collect(each, record);
      noted = [];
    },
    get unknown() {
      return [...kept.values()].map(withTexts);
    },
    question(names) {
      const [first] = [...unseen.values()].map(withTexts);
      return first === undefined ? undefined : questionOf(first, names[first.column] ?? "");
    },
  };
}

const withTexts = ({ seen, statement, column, count }: Collected): UnknownValues => ({
  statement,
  column,
  count,
  texts: [...seen.values()],
});

/** Adds a text that the value map does not contain. A list can contain several such texts, but `count` counts its record only once. */
function collect({ values, statement, column, text }: Noted, record: number): void {
  let value = values.get(statement);
  if (value === undefined) {
    value = { statement, column, count: 0, texts: [], seen: new Map(), last_record: 0 };
    values.set(statement, value);
  }
  if (value.last_record !== record) value.count++;
  value.last_record = record;
  const shown = cutText(text, SHOWN_TEXT);
  const compared = shown.trim().toLowerCase();
  if (value.seen.size < MAX_TEXTS && !value.seen.has(compared)) value.seen.set(compared, shown);
}

const LISTED = 5;

function questionOf({ statement, count, texts }: UnknownValues, column: string): Problem {
  const listed = texts
    .slice(0, LISTED)
    .map((text) => `"${text}"`)
    .join(", ");
  return new Problem(
    "value-unseen",
    `The value map of "${statement}" does not contain ${listed}${texts.length > LISTED ? ", …" : ""} of the column "${column}" (${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}). Add the values to the map, or set "else" of this value to keep, reject or blank.`,
    {
      extra: {
        option: "mapping",
        statement,
        column,
        candidates: texts.map((value) => ({ value, samples: [] })),
        ...because("unseen-values", { column, listed, count }),
      },
    },
  );
}
