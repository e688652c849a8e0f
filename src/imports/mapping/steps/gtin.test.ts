// Tests the comparison of GTINs.
import { expect, test } from "vitest";
import { normalizeGtin } from "./gtin.ts";

test.each([
  ["4006381333931", "04006381333931"],
  ["04006381333931", "04006381333931"],
  ["400-6381 333931", "04006381333931"],
  ["73513537", "00000073513537"],
  ["036000291452", "00036000291452"],
  ["4006381333932", null],
  ["400638133393", null],
  ["1234567", null],
  ["0004006381333931", null],
  ["4,00638E+12", null],
  ["\u0664006381333931", null],
  ["00000000", null],
  ["0000000000000", null],
  ["", null],
])("%s", (text, expected) => {
  expect(normalizeGtin(text)).toBe(expected);
});
