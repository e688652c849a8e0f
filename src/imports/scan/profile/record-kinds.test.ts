// Tests which tables contain the kind of each row in their first column.
import { expect, test } from "vitest";
import { recordKinds } from "./record-kinds.ts";

const rowsOf = (...lines: string[]): string[][] => lines.map((line) => line.split(";"));

test("the kinds of a file with rows of different lengths are found", () => {
  expect(recordKinds(rowsOf("A;N;100;Sensor", "B;N;100;0;0;4006381333931", "A;N;200;Relay"))).toEqual(["A", "B"]);
  const rows = [["V 120825Articles"], ...Array.from({ length: 10 }, () => rowsOf("A;N;1;x", "B;N;1;0;0")).flat()];
  expect(recordKinds(rows)).toEqual(["A", "B"]);
});

test("other tables have no kinds", () => {
  expect(recordKinds(rowsOf("S;Shirt;1", "M;Shirt;2", "L;Shirt;3"))).toBeUndefined();
  expect(recordKinds(rowsOf("A;Shirt", "A;Shirt;2", "A;Mug"))).toBeUndefined();
  expect(recordKinds(rowsOf("A;Shirt", "B;Mug;2"))).toBeUndefined();
  expect(recordKinds(rowsOf("100;Shirt", "200;Mug;2", "300;Vase"))).toBeUndefined();
  expect(recordKinds([])).toBeUndefined();
});
