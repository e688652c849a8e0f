import { expect, test } from "vitest";
import { partName, readPartName, sizeOfParts, wholeParts, type Part } from "./parts.ts";

const part = (writer: number, start: number, end: number): Part => {
  const key = `shop/${partName("file.1.utf8", { writer, start, end })}`;
  return { key, writer, start, end };
};
const ranges = (...parts: Part[]): string[] =>
  wholeParts(parts).map(({ writer, start, end }) => `${writer}: ${start}-${end}`);

test("the name of a part contains the file, the writer and the range", () => {
  const { key } = part(7, 0, 8_388_608);
  expect(readPartName(key)).toEqual({ key, file: "shop/file.1.utf8", writer: 7, start: 0, end: 8_388_608 });
  expect(readPartName("shop/store.id")).toBeUndefined();
});

test("parts in a row form the file, in any order", () => {
  expect(ranges(part(1, 8, 16), part(1, 0, 8), part(2, 16, 20))).toEqual(["1: 0-8", "1: 8-16", "2: 16-20"]);
  expect(sizeOfParts(wholeParts([]))).toBe(0);
});

test("the file ends at a gap", () => {
  expect(ranges(part(1, 0, 8), part(1, 16, 24))).toEqual(["1: 0-8"]);
  expect(ranges(part(1, 8, 16))).toEqual([]);
});

test("of parts that overlap, those count that reach farthest", () => {
  const late = part(1, 10, 18);
  expect(ranges(part(1, 0, 8), part(1, 8, 10), part(2, 8, 16))).toEqual(["1: 0-8", "2: 8-16"]);
  expect(ranges(part(1, 0, 8), part(1, 8, 10), part(2, 8, 16), late)).toEqual(["1: 0-8", "1: 8-10", "1: 10-18"]);
  const both = [part(1, 0, 8), part(3, 8, 16), part(2, 8, 12), part(2, 12, 16)];
  expect(ranges(...both)).toEqual(["1: 0-8", "3: 8-16"]);
  expect(ranges(...both, part(4, 12, 20))).toEqual(["1: 0-8", "2: 8-12", "4: 12-20"]);
});

test("a part of a replaced request that arrives late does not shorten the file", () => {
  expect(ranges(part(1, 0, 8), part(1, 8, 16), part(3, 16, 24), part(2, 8, 11))).toEqual([
    "1: 0-8",
    "1: 8-16",
    "3: 16-24",
  ]);
  expect(ranges(part(1, 0, 8), part(2, 0, 0))).toEqual(["1: 0-8"]);
});

test("an empty file has one empty part", () => {
  expect(ranges(part(0, 0, 0))).toEqual(["0: 0-0"]);
});
