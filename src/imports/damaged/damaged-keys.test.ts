import { expect, test } from "vitest";
import { isDamagedKey } from "./damaged-keys.ts";

const isDamaged = (key: string): boolean => {
  const bytes = Buffer.alloc(64, "+");
  return isDamagedKey(bytes, bytes.write(key));
};

test.each([
  "#n/a",
  "#ref!",
  "########",
  "#nv",
  "#bezug!",
  "err:502",
  "4.00638e+12",
  "4,00638e+12",
  "1e+15",
  "-2.5e+100",
])("%s was damaged by a spreadsheet", (key) => {
  expect(isDamaged(key)).toBe(true);
});

test.each([
  "sku-e13",
  "1e5",
  "e+12",
  "400638",
  "#1",
  "##",
  "####1",
  "#n/a-1",
  "a1e+12",
  "4.0e+12x",
  "4..5e+12",
  "12e+",
  "+",
  "a+12",
])("%s is accepted as a key", (key) => {
  expect(isDamaged(key)).toBe(false);
});
