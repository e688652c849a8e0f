import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import { detectDialect } from "../detect/detect-dialect.ts";
import { recordTexts } from "../field-text.ts";
import { createRecords, type Records } from "../records.ts";
import { splitRecords } from "../split-records.ts";
import { createSplitter } from "../splitter.ts";
import { columnShapes } from "./column-shapes.ts";
import { createFit, fitChunk, fitRecords, type RecordFit } from "./fit-records.ts";

const dialect: Dialect = detectDialect(Buffer.from("a,b\n1,2\n"), true, { delimiter: "," });

function split(text: string): Records {
  const records = createRecords();
  const bytes = Buffer.from(text);
  splitRecords(createSplitter(dialect, 2), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

const textsOf = (records: Records): string[][] =>
  Array.from({ length: records.count }, (_, r) => recordTexts(records, r, dialect));

const fitted = (text: string, width: number): string[][] => textsOf(fitChunk(split(text), createFit(width, dialect)));

describe("fitChunk", () => {
  test("returns records that already fit unchanged", () => {
    const records = split('a,b,\n"x","",y\n');
    expect(fitChunk(records, createFit(3, dialect))).toBe(records);
  });

  test("adds blank cells, removes blank ones after the last column, and keeps a filled one", () => {
    expect(fitted("a\nb,c,,  ,\nd,e,,f\n", 3)).toEqual([
      ["a", "", ""],
      ["b", "c", ""],
      ["d", "e", "", "f"],
    ]);
  });

  test("leaves out records of delimiters and blanks, and the mark at the end of a file", () => {
    const records = fitChunk(split('a,b\n,\n , \n"",""\n,,,,\nc,d\n\u001a\u001a'), createFit(2, dialect));
    expect(textsOf(records)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect([...records.line.slice(0, 2)]).toEqual([2, 7]);
  });

  test("keeps records with a fault, and blank records of a table with one column", () => {
    expect(fitted('"a"x,b\nc,d\n', 3)).toEqual([
      ['"a"x', "b"],
      ["c", "d", ""],
    ]);
    expect(fitted("a\n\u001a\n", 1)).toEqual([["a"]]);
  });

  test("removes guards, except where an apostrophe or formula_escape=false protects them", () => {
    const text = '="0017","=""1""",\'="x"\n="a"b","=""q""""r""",=""\n';
    expect(fitted(text, 3)[0]).toEqual(["0017", "1", '="x"']);
    const records = split('="0017",a\n');
    const kept = createFit(2, { ...dialect, formula_escape: false });
    expect(textsOf(fitChunk(records, kept))).toEqual([['="0017"', "a"]]);
  });
});

test("removes the byte order marks of joined files, and the quotes after them", () => {
  const mark = "\ufeff";
  expect(
    fitted(`${mark}"sku","name"\n"A","x"\n${mark}"B ""1""",y\n${mark}C,z\n${mark}"D" e,f\n${mark}"",g\n`, 2),
  ).toEqual([
    ["sku", "name"],
    ["A", "x"],
    ['B "1"', "y"],
    ["C", "z"],
    ['"D" e', "f"],
    ["", "g"],
  ]);
});

describe("fitRecords", () => {
  const all = (text: string, fit: RecordFit): string[][] => [...fitRecords(split(text), fit)].flatMap(textsOf);

  test("returns a window of short records in a wide table in parts", () => {
    const parts = [...fitRecords(split("a,b\n".repeat(2000)), createFit(2000, dialect))].map(({ count }) => count);
    expect(parts.length).toBeGreaterThan(1);
    expect([...fitRecords(split("a,b\n".repeat(2000)), createFit(2000, dialect))].length).toBe(parts.length);
  });

  test("finds the records that fitChunk finds, wherever a chunk is cut", () => {
    const cell = fc.constantFrom("", " ", "a", '="1"', '"=""2"""', '"x,y"');
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(rows, fc.nat(12), (cells, cut) => {
        const lines = cells.map((row) => `${row.join(",")}\n`);
        const whole = all(lines.join(""), createFit(3, dialect));
        const at = Math.min(cut, lines.length);
        const parts = [lines.slice(0, at).join(""), lines.slice(at).join("")].flatMap((text) => fitted(text, 3));
        expect(parts).toEqual(whole);
      }),
    );
  });

  test("a short record whose values do not have the kinds of their columns stays short", () => {
    const columns: Column[] = ["sku", "name", "price", "link", "note"].map((name) => ({
      name,
      target: name === "sku" ? "sku" : name === "name" ? "name" : "attribute",
    }));
    const rows = Array.from({ length: 5 }, (_, row) => [`A-${row}`, "Lamp", `${row}.50`, "https://x.example", ""]);
    const fit = createFit(5, dialect, columnShapes(rows, columns));
    expect(all("B,Desk\nC,Desk,4.50\nD,Desk,red\nE,Desk,5,new\n17,Bed,5\nF,7.50,https://y.example\n", fit)).toEqual([
      ["B", "Desk", "", "", ""],
      ["C", "Desk", "4.50", "", ""],
      ["D", "Desk", "red"],
      ["E", "Desk", "5", "new"],
      ["17", "Bed", "5", "", ""],
      ["F", "7.50", "https://y.example"],
    ]);
    const one = createFit(5, dialect, columnShapes(rows.slice(0, 1), columns));
    expect(all("D,Desk,red\nE,Desk,5\n", one)).toEqual([
      ["D", "Desk", "red"],
      ["E", "Desk", "5", "", ""],
    ]);
    expect(one.filled_up).toEqual({ count: 1, lines: [3] });
    const none = createFit(5, dialect, columnShapes([], columns));
    expect(all("D,Desk,red\n", none)).toEqual([["D", "Desk", "red", "", ""]]);
  });
});
