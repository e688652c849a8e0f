import { expect, test } from "vitest";
import { MONTHS } from "../../../damaged/spreadsheet-words.ts";
import { mayBeUnusual } from "./unusual-keys.ts";

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

test.each(["A-1", "ABC-123", "SHOE-12345", "ABCDE-24", "ABC-DEF-24", "1-234", "4006381333931", "Q17"])(
  "%s is not unusual",
  (sku) => {
    expect(isCandidate(sku)).toBe(false);
  },
);
