// Reads OpenDocument spreadsheets of several programs: SheetJS 0.18, LibreOffice 7.4 and Gnumeric 1.12.
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCellsAt } from "../../../../../tests/support/read-cells.ts";

const readSample = (name: string): ReturnType<typeof readCellsAt> =>
  readCellsAt(join(import.meta.dirname, "samples", name));

/** Returns the rows of the workbook, which is the same in all samples. SheetJS does not write number formats, so its file has fractions
 * instead of percentages.
 * @param share returns the text of a fraction */
const rows = (share: (of: number) => string): string[][] =>
  ["Lamp & Co0", "Lämp  two spaces1", "漢字 <b>2", "line\nbreak3"].map((name, i) => [
    `S-${i}`,
    name,
    String([-2, 3, 1, 2.5][i]),
    `2026-0${i + 1}-0${i + 1}`,
    `2026-02-03 04:05:0${i + 6}`,
    i % 2 === 0 ? "true" : "false",
    `000${i}`,
    share(i / 8),
    "",
    i === 0 || i === 3 ? "" : `=x${i}`,
  ]);

test.each([
  ["sheetjs.ods", String],
  ["libreoffice.ods", (share: number) => `${share * 100}%`],
  ["gnumeric.ods", (share: number) => `${share * 100}%`],
] as const)("%s", async (name, share) => {
  const { header, cells, faults } = await readSample(name);
  expect(header).toEqual(["sku", "name", "price", "date", "stamp", "active", "code", "percent", "empty", "notes"]);
  expect(cells).toEqual(rows(share));
  expect(faults).toEqual([]);
});

test("libreoffice-german.ods, whose values were entered in German", async () => {
  const { cells } = await readSample("libreoffice-german.ods");
  expect(cells).toEqual([
    ["A-1", "Lampe & Co", "1234.5", "2026-11-25", "13:45:00", "17.5%", "0017", "true", "12345678901234600"],
    ["A-2", "Zeile\nzwei", "3", "2026-02-01", "00:00:01", "0%", "0018", "false", "1"],
    ["A-3", "漢字  zwei", "-0.25", "1999-12-31", "23:59:59", "100%", "0019", "true", "2"],
  ]);
});
