// Tests the lines of a converted table: cells copied as bytes are quoted as other cells are, and all rows keep their order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeText } from "../../text/decoders.ts";
import { LineOutput } from "./line-output.ts";

const quoted = (cell: string): string => (cell === "" ? "" : `"${cell.replaceAll('"', '""')}"`);

const cell = fc.oneof(
  fc.constantFrom("", '"', 'a "quoted" word in a text that is longer than a short cell', "x".repeat(300)),
  fc.string({ unit: "grapheme" }),
);
const rows = fc.array(
  fc.record({ cells: fc.array(cell, { minLength: 1, maxLength: 5 }), way: fc.constantFrom("bytes", "texts", "line") }),
);

test("rows of cells and lines of text keep their order and their texts", () => {
  fc.assert(
    fc.property(rows, fc.boolean(), (added, isTrimmed) => {
      let counted = 0;
      const out = new LineOutput((bytes) => (counted += bytes), encodeText);
      const expected: string[] = [];
      for (const { cells, way } of added) {
        const kept =
          isTrimmed && way !== "line" ? cells.slice(0, cells.findLastIndex((text) => text !== "") + 1) : cells;
        const line = `${kept.map(quoted).join(",")}\n`;
        expected.push(line);
        if (way === "line") out.addText(line);
        else {
          out.beginRow();
          for (const text of cells) {
            // Surround the bytes with quotes, which are not part of the cell.
            const bytes = Buffer.from(`"${text}"`);
            if (way === "texts") out.addTextCell(text);
            else out.addCell(bytes, 1, bytes.length - 1);
          }
          out.endRow(isTrimmed);
        }
      }
      out.end();
      const written = Buffer.concat(out.take());
      expect(written.toString()).toBe(expected.join(""));
      expect(counted).toBe(written.length);
    }),
  );
});

test("chunks are completed when they are large, and a cell may be larger than a chunk", () => {
  const out = new LineOutput(() => undefined, encodeText);
  const large = Buffer.from('"'.repeat(400_000));
  for (const source of [Buffer.from("a"), large, Buffer.from("b")]) {
    out.beginRow();
    out.addCell(source, 0, source.length);
    out.endRow(false);
  }
  const [first, ...others] = out.take();
  expect(others).toEqual([]);
  expect(first?.toString()).toBe(`"a"\n"${'""'.repeat(400_000)}"\n`);
  out.end();
  expect(out.take().join("")).toBe('"b"\n');
});
