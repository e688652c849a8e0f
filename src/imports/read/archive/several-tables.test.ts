import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zipOf } from "../../../../tests/support/files/make-zip.ts";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";
import type { Member } from "./choose-tables.ts";

const workbook = readFileSync(join(import.meta.dirname, "../workbook/samples/c05-standard.xlsx"));

const rowsOf = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `A-${from + i},Name ${from + i}\n`).join("");
const part = (from: number, count: number): string => `sku,name\n${rowsOf(from, count)}`;
const namesOf = (members: Member[] | undefined, isRead: boolean): string[] =>
  (members ?? []).filter(({ read }) => read === isRead).map(({ name }) => name);

describe("tables with the same header are one table", () => {
  test("in the order of the numbers in their names, and every line leads back to its file", async () => {
    const { dialect, cells, lines } = await readCells(
      await zipOf({ "part-10.csv": part(21, 10), "part-2.csv": part(11, 10), "part-1.csv": part(1, 10) }),
    );
    expect(cells.map(([sku]) => sku)).toEqual(Array.from({ length: 30 }, (_, i) => `A-${i + 1}`));
    expect(lines).toEqual(Array.from({ length: 30 }, (_, i) => i + 2));
    expect(dialect.members).toEqual([
      { name: "part-1.csv", read: true, order: 0, has_sku: true, has_name: true, first_line: 1, skipped_lines: 0 },
      { name: "part-2.csv", read: true, order: 0, has_sku: true, has_name: true, first_line: 12, skipped_lines: 1 },
      { name: "part-10.csv", read: true, order: 0, has_sku: true, has_name: true, first_line: 22, skipped_lines: 1 },
    ]);
  });

  test.each<[string, string, string[][]]>([
    [
      "with names in other letters",
      "SKU, Name \nB,Two\n",
      [
        ["A", "One"],
        ["B", "Two"],
      ],
    ],
    [
      "with other line ends and a byte order mark",
      "\ufeffsku,name\r\nB,Two\r\n",
      [
        ["A", "One"],
        ["B", "Two"],
      ],
    ],
    [
      "with lines above the header",
      "Stock list\n\nsku,name\nB,Two\n",
      [
        ["A", "One"],
        ["B", "Two"],
      ],
    ],
    ["without rows", "sku,name\n", [["A", "One"]]],
    [
      "with quoted line breaks",
      'sku,name\nB,"T\nwo"\nC,"3"',
      [
        ["A", "One"],
        ["B", "T\nwo"],
        ["C", "3"],
      ],
    ],
  ])("%s", async (_, second, expected) => {
    // The first file has no line end at its end, but the character with which programs of DOS end a text.
    const { cells, faults } = await readCells(await zipOf({ "1.csv": "sku,name\nA,One\x1a", "2.csv": second }));
    expect(cells).toEqual(expected);
    expect(faults).toEqual([]);
  });

  test("in other encodings", async () => {
    const latin = Buffer.from("sku,name\nB,Gr\xf6\xdfe f\xfcr T\xfcren\n", "latin1");
    const { cells } = await readCells(await zipOf({ "1.csv": "sku,name\nA,Öl\n", "2.csv": latin }));
    expect(cells.map(([, name]) => name)).toEqual(["Öl", "Größe für Türen"]);
  });

  test("as workbooks", async () => {
    const one = (await readCells(await zipOf({ "1.xlsx": workbook }))).cells;
    const two = await readCells(await zipOf({ "1.xlsx": workbook, "2.xlsx": workbook }));
    expect(two.cells).toEqual([...one, ...one]);
    expect(namesOf(two.dialect.members, true)).toEqual(["1.xlsx", "2.xlsx"]);
  });

  test("the preview shows the first of them", async () => {
    const head = await readHead(await zipOf({ "b.csv": part(11, 10), "a.csv": part(1, 10) }), true, {});
    expect(head?.records.count).toBe(10);
    expect(namesOf(head?.dialect.members, true)).toEqual(["a.csv", "b.csv"]);
  });
});

describe("of tables with different headers", () => {
  const files = {
    "catalogue/README.txt": "These are our products.\n",
    "catalogue/customers.csv": "customer,city\n1,Bonn\n2,Rome\n",
    "catalogue/a-prices.csv": "sku,price\nA-1,2.50\n",
    "catalogue/products.csv": "sku,name\nA-1,Lamp\n",
    "catalogue/stock.csv": "sku,stock\nA-1,3\n",
    "catalogue/empty.csv": "sku,colour\n",
  };

  test("the one that creates products is first, those with a SKU follow, and the others are not read", async () => {
    const { dialect, cells } = await readCells(await zipOf(files));
    expect(cells).toEqual([["A-1", "Lamp"]]);
    expect(dialect.members?.map(({ name, order }) => [name.replace("catalogue/", ""), order])).toEqual([
      ["products.csv", 0],
      ["a-prices.csv", 1],
      ["stock.csv", 2],
      ["customers.csv", undefined],
      ["empty.csv", undefined],
    ]);
  });

  test("one can be chosen by its name", async () => {
    const { dialect, cells } = await readCells(await zipOf(files), { member: "catalogue/customers.csv" });
    expect(cells).toHaveLength(2);
    expect(dialect.members).toEqual([{ name: "catalogue/customers.csv", read: true, order: 0 }]);
    await expect(readCells(await zipOf(files), { member: "customers.csv" })).rejects.toMatchObject({
      slug: "no-such-member",
      message: expect.stringContaining('"catalogue/customers.csv"') as string,
    });
    await expect(readCells("sku,name\nA,B\n", { member: "a.csv" })).rejects.toMatchObject({ slug: "no-such-member" });
  });

  test("without a SKU column, the first is read", async () => {
    const { dialect, header } = await readCells(
      await zipOf({ "b.csv": "code a,title\n1,x\n", "c.csv": "number,text\n1,x\n", "a.txt": "number\n" }),
    );
    expect(header).toEqual(["code a", "title"]);
    expect(dialect.members?.map(({ name, order }) => [name, order])).toEqual([
      ["b.csv", 0],
      ["c.csv", undefined],
    ]);
  });

  test("a text is a table only if it has a SKU column", async () => {
    const { cells } = await readCells(await zipOf({ "a.csv": "sku,name\nA,B\n", "b.txt": "sku\tname\nC\tD\n" }));
    expect(cells).toEqual([["A", "B"]]);
    const xml = "<items><item><sku>X</sku><name>N</name></item><item><sku>Y</sku><name>M</name></item></items>";
    const found = await readCells(await zipOf({ "feed.xml": xml, "package.json": '{"version": 1}', "a.md": "# Hi\n" }));
    expect(found.cells).toHaveLength(2);
    expect(found.dialect.members).toBeUndefined();
  });
});

describe("hostile zip files are bounded", () => {
  test("many tables are read as one, and more than a thousand are refused", async () => {
    const files = Array.from({ length: 1001 }, (_, i): [string, string] => [`${i}.csv`, part(i, 1)]);
    expect((await readCells(await zipOf(files.slice(0, 200)))).cells).toHaveLength(200);
    await expect(readCells(await zipOf(files))).rejects.toMatchObject({
      slug: "unsupported-file",
      message: expect.stringContaining("1,001 tables") as string,
    });
  });

  test("parts that are bombs together", async () => {
    const bomb = Buffer.from(`sku,name\n${`A,${"x".repeat(1000)}\n`.repeat(15_000)}`);
    const files = Array.from({ length: 8 }, (_, i): [string, Buffer] => [`${i}.csv`, bomb]);
    await expect(readCells(await zipOf(files))).rejects.toMatchObject({ slug: "unpacks-too-large" });
  });

  test("files that share their packed bytes", async () => {
    const bytes = await zipOf({ "a.csv": part(1, 1000), "b.csv": part(1, 1000) });
    // Let the second entry of the directory refer to the packed bytes of the first.
    const second = bytes.lastIndexOf(Buffer.from("504b0102", "hex"));
    bytes.writeUInt32LE(0, second + 42);
    bytes.writeUInt32LE(0xffff_fff0, second + 20);
    await expect(readCells(bytes)).rejects.toMatchObject({ slug: "broken-file" });
  });

  test("of files with the same name, the last one counts", async () => {
    const { cells } = await readCells(
      await zipOf([
        ["a.csv", "sku,name\nA,old\n"],
        ["a.csv", "sku,name\nA,new\n"],
      ]),
    );
    expect(cells).toEqual([["A", "new"]]);
  });

  test.each(["../a.csv", "/etc/a.csv"])("a file named %s is refused", async (name) => {
    const safe = `${"x".repeat(name.length - 5)}a.csv`;
    const bytes = await zipOf({ [safe]: part(1, 1), "b.csv": part(2, 1) });
    for (let at = bytes.indexOf(safe); at !== -1; at = bytes.indexOf(safe, at + 1)) bytes.write(name, at);
    await expect(readCells(bytes)).rejects.toMatchObject({ slug: "broken-file" });
  });

  test("a damaged part fails the import", async () => {
    const bytes = await zipOf({ "a.csv": part(1, 1000), "b.csv": part(1001, 1000) });
    const second = bytes.indexOf("b.csv") + 40;
    bytes[second] = (bytes[second] as number) ^ 0xff;
    await expect(readCells(bytes)).rejects.toMatchObject({ slug: "broken-file" });
  });
});
