// Tests column names that take several lines.
import { expect, test } from "vitest";
import { readHead } from "../read-head.ts";
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { recordTexts } from "../field-text.ts";

async function tableOf(text: string, overrides: DialectOverrides): Promise<{ names: string[]; first: unknown[] }> {
  const head = await readHead(Buffer.from(text), true, { delimiter: ";", ...overrides });
  if (head === undefined) throw new Error("no head");
  const { table, records, dialect } = head;
  return {
    names: table.columns.map(({ name }) => name),
    first: [table.first_line, records.line[0], recordTexts(records, 0, dialect)],
  };
}

const LINES = "Title\n\nArticle;;Price;;Group\nNumber;Name;net;gross;\nnote;;;;\nA-1;One;1;2;G\n";

test("the names of two lines are joined; an upper name applies to the blank cells on its right", async () => {
  expect(await tableOf(LINES, { preamble: 2, header: true, header_at: [3, 4] })).toEqual({
    names: ["Article Number", "Article Name", "Price net", "Price gross", "Group"],
    first: [5, 5, ["note", "", "", "", ""]],
  });
});

test("the data can begin below the header", async () => {
  expect(await tableOf(LINES, { preamble: 2, header: true, header_at: [3, 4], header_data: 6 })).toMatchObject({
    first: [6, 6, ["A-1", "One", "1", "2", "G"]],
  });
});

test("a file without a header gets the given names", async () => {
  expect(await tableOf("A-1;One;9\n", { header: false, preamble: 0, header_names: ["sku", "name"] })).toEqual({
    names: ["sku", "name", "Column 3"],
    first: [1, 1, ["A-1", "One", "9"]],
  });
});
