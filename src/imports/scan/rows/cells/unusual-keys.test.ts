import { expect, test } from "vitest";
import { MONTHS, TOTALS } from "../../../damaged/spreadsheet-words.ts";
import type { Records } from "../../../read/records.ts";
import { mayBeUnusual, watchKeys } from "./unusual-keys.ts";

const isCandidate = (sku: string): boolean => {
  const bytes = Buffer.from(`x${sku}x`);
  return mayBeUnusual(bytes, 1, bytes.length - 1, sku.length === bytes.length - 2);
};

test("a SKU that a spreadsheet has converted to a date is a candidate, in each language and notation", () => {
  const months = MONTHS.split(" ");
  const dates = months.flatMap((month) =>
    [month, `${month}.`].flatMap((name) =>
      ["-", ".", " ", "/"].flatMap((mark) => [
        `${name}${mark}24`,
        `${name}${mark}2024`,
        `1${mark}${name}`,
        `12${mark}${name}`,
        `12${mark}${name}${mark}24`,
        `1${mark}${name}${mark}2024`,
      ]),
    ),
  );
  for (const date of [...dates, "2024-01-31", "2024-01-31 00:00:00", "1.2.2024", "31/12/2024"])
    expect([date, isCandidate(date)]).toEqual([date, true]);
});

test("a word for a total is a candidate, also in capital letters, between blanks and before a colon", () => {
  for (const word of TOTALS)
    for (const sku of [word, word.toUpperCase(), ` ${word}`, `${word} :`, `${word}:`, `${word}\t`])
      expect([sku, isCandidate(sku)]).toEqual([sku, true]);
});

test.each([
  "A-1",
  "century-station-o",
  "CABLE",
  "ABC-123",
  "SHOE-12345",
  "ABCDE-24",
  "ABC-DEF-24",
  "1-234",
  "4006381333931",
  "Q17",
])("%s is not unusual", (sku) => {
  expect(isCandidate(sku)).toBe(false);
});

test("a month and a number that is not a year are no date", () => {
  const skus = ["MAR-1028", "MAR-1999", "MAR-24", "1-MAR-2201", "1-MAR-2101", "1-MAR-2001"];
  const bytes = Buffer.from(skus.join("\n"));
  const starts = skus.map((_, i) => skus.slice(0, i).join("\n").length + (i === 0 ? 0 : 1));
  const records = {
    ...{ bytes, line: skus.map((_, i) => i + 2), first_field: skus.map((_, i) => i), field_start: starts },
    field_end: starts.map((start, i) => start + (skus[i] as string).length),
  };
  const watch = watchKeys(0);
  watch.add(records as unknown as Records, [...skus.keys()]);
  const dates = watch.found(() => false).flatMap(({ examples }) => examples.map(({ text }) => text));
  expect(dates).toEqual(["MAR-1999", "MAR-24", "1-MAR-2001"]);
});
