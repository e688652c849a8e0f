// Finds cells in the records of a scan that are doubtful but not rejected, and describes them in notices.
import type { Notice } from "../../../../../contract/imports/notices.ts";
import type { Layout } from "../../../layout.ts";
import type { MappingPlan } from "../../../mapping/plan.ts";
import type { Records } from "../../../read/records.ts";
import { countDoubtful, type DoubtfulCells, type DoubtfulKind } from "./doubtful-values.ts";
import { watchKeys, type UnusualKeys, type UnusualKind } from "./unusual-keys.ts";

/** Maximum number of notices of one kind: an import and its notices are sent to clients at each change. */
export const MAX_NOTICES = 20;

export interface CellWatch {
  /** Adds the records of one window.
   * @param fitted the records of the file, fitted to the width of the table (fit-records.ts)
   * @param scanned the same records as the scanner read them, and the indexes of those whose SKUs may be unusual */
  add(fitted: Records, scanned: { records: Records; unusual: readonly number[] }): void;
  /** @param hasKey whether the file contains a SKU with this key */
  notices(hasKey: (key: string) => boolean): Notice[];
}

/** @param sample the first rows of the file
 * @param plan the plan of the mapping, if values are computed */
export function watchCells(
  layout: Layout,
  sample: readonly (readonly string[])[],
  plan: MappingPlan | null,
): CellWatch {
  const cells = countDoubtful(layout, sample, plan);
  const keys = watchKeys(layout.sku);
  return {
    add(fitted, { records, unusual }) {
      cells.add(fitted);
      keys.add(records, unusual);
    },
    notices: (hasKey) => [
      ...cells.found.slice(0, MAX_NOTICES).map((found) => cellNotice(layout, found)),
      ...keys.found(hasKey).map((found) => keyNotice(layout, found)),
    ],
  };
}

function cellNotice({ columns }: Layout, { kind, column, count, lines, text }: DoubtfulCells): Notice {
  const name = columns[column]?.name ?? null;
  const cells = `${count.toLocaleString("en")} ${count === 1 ? "cell" : "cells"} of the column "${name ?? ""}"`;
  return {
    code: kind,
    message: `${cells} (${linesOf(lines, count)}) ${describeCells(kind, count === 1, text)}`,
    column: name,
    count,
    values: { lines: listOf(lines, count), text },
  };
}

function describeCells(kind: DoubtfulKind, isOne: boolean, text: string): string {
  switch (kind) {
    case "damaged_numbers":
      return `${isOne ? "contains a number" : "contain numbers"} that a spreadsheet has shortened, such as ${text}. The missing digits cannot be restored: get the file with this column as text.`;
    case "missing_values":
      return `${isOne ? "contains" : "contain"} ${text}, which programs write for a missing value. It is stored as text. To treat it as a blank cell, export the file without it, or list it in the member "empty" of a mapping.`;
    case "formulas":
      return `${isOne ? "contains a formula" : "contain formulas"} instead of a value, such as ${text}. The formula is stored as text: get the file again with the results of the formulas.`;
    case "guarded_numbers":
      return `${isOne ? "begins" : "begin"} with a backtick before a number, such as ${text}. Some programs write it so that a spreadsheet keeps the number as text. The backtick is stored: export the file without it, or remove it with "replace" in a mapping.`;
    case "wrong_letters":
      return `${isOne ? "contains" : "contain"} letters that were already wrong in the file, such as "${text}". Export the file again with the right encoding.`;
  }
}

function keyNotice({ columns, sku }: Layout, { kind, count, examples }: UnusualKeys): Notice {
  const listed = examples.map(({ text, line }) => `"${text}" (line ${line.toLocaleString("en")})`);
  return {
    code: kind,
    message: `${describeKeys(kind, count)}: ${listOf(listed, count)}. ${ADVICE[kind]}`,
    column: columns[sku]?.name ?? null,
    count,
    values: {
      listed: listOf(
        examples.map(({ text }) => `"${text}"`),
        count,
      ),
      lines: listOf(
        examples.map(({ line }) => line),
        count,
      ),
    },
  };
}

function describeKeys(kind: UnusualKind, count: number): string {
  const skus = `${count.toLocaleString("en")} ${count === 1 ? "SKU" : "SKUs"}`;
  switch (kind) {
    case "date_skus":
      return `${skus} ${count === 1 ? "looks" : "look"} like a date into which a spreadsheet has converted another code`;
    case "total_rows":
      return `${skus} ${count === 1 ? "is a word" : "are words"} for a total, so the row may not be a product`;
    case "look_alikes":
      return `${skus} ${count === 1 ? "contains" : "contain"} characters that are easily confused with other characters, such as letters of two scripts, full-width letters or invisible characters`;
  }
}

const ADVICE: Readonly<Record<UnusualKind, string>> = {
  date_skus: "If they are wrong, get the file again with the SKUs as text.",
  total_rows: "If the row is not a product, delete the row from the file and import the file again.",
  look_alikes:
    "A SKU that looks the same in ordinary characters is a different SKU. If both should be the same product, correct the SKUs in the file and import the file again.",
};

/** @param lines the first lines that a notice is about
 * @param count total number of lines that the notice is about */
export const linesOf = (lines: readonly number[], count: number): string =>
  `${count === 1 ? "line" : "lines"} ${listOf(
    lines.map((line) => line.toLocaleString("en")),
    count,
  )}`;

/** @param items the first items of a list
 * @param count total number of items */
export const listOf = (items: readonly (string | number)[], count: number): string =>
  `${items.join(", ")}${count > items.length ? ", …" : ""}`;
