import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { zipOf } from "../../../../tests/support/files/make-zip.ts";
import { readCells, readCellsAt } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";

const sample = (name: string): string => join(import.meta.dirname, "samples", name);
const bytesOf = (name: string): Buffer => readFileSync(sample(name));

const TABLE = "sku,name\nZ-1,Größe\nZ-2,Öl\n";
const workbook = readFileSync(join(import.meta.dirname, "../workbook/samples/c05-standard.xlsx"));
const html = readFileSync(join(import.meta.dirname, "../html/samples/b37-html.xls"));

function frameWithLargeWindow(text: string): Buffer<ArrayBuffer> {
  const block = Buffer.alloc(3);
  block.writeUIntLE((text.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from("28b52ffd0088", "hex"), block, Buffer.from(text)]);
}

describe("a table is read from", () => {
  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ["gzip", () => gzipSync(TABLE), "gzip"],
    ["zstd", () => zstdCompressSync(TABLE), "zstd"],
    ["bzip2", () => bytesOf("table.csv.bz2"), "bzip2"],
    ["xz", () => bytesOf("table.csv.xz"), "xz"],
    ["a zip file", () => zipOf({ "t.csv": TABLE }), "zip"],
    [
      "a zip file with folders, pictures and files of macOS and Windows",
      () =>
        zipOf({
          "data/": "",
          "data/t.csv": TABLE,
          "__MACOSX/data/._t.csv": "x",
          ".DS_Store": "x",
          "pictures/Thumbs.db": "x",
          "pictures/a.png": "x",
          "readme.txt": "x",
        }),
      "zip",
    ],
    ["a zip file with one file of any name", () => zipOf({ "table.dat": TABLE }), "zip"],
  ])("%s", async (_, make, format) => {
    const bytes = await make();
    const { dialect, cells } = await readCells(bytes);
    expect(dialect).toMatchObject({ format, encoding: "utf-8" });
    expect(cells).toEqual([
      ["Z-1", "Größe"],
      ["Z-2", "Öl"],
    ]);
    const head = await readHead(bytes, true, {});
    expect(head?.dialect.format).toBe(format);
    expect(head?.records.count).toBe(2);
  });

  test("thousands of empty streams of bzip2", async () => {
    const empty = Buffer.from("425a683917724538509000000000", "hex");
    const streams = Buffer.concat([...Array.from({ length: 5_000 }, () => empty), bytesOf("table.csv.bz2")]);
    expect((await readCells(streams)).cells.length).toBeGreaterThan(0);
  });

  test("several frames of zstd and several streams of bzip2", async () => {
    const frames = Buffer.concat([zstdCompressSync("sku,name\nA,1\n"), zstdCompressSync("B,2\n")]);
    expect((await readCells(frames)).cells).toHaveLength(2);
    expect((await readCellsAt(sample("two-streams.csv.bz2"))).cells).toHaveLength(5);
  });

  test("thousands of small frames of zstd between large ones, some of which can be skipped", async () => {
    const row = (i: number): string => `A-${String(i)},Name ${String(i * 7919)}\n`;
    const rows = (from: number, length: number): string => Array.from({ length }, (_, i) => row(from + i)).join("");
    const skippable = Buffer.from("502a4d1804000000aabbccdd", "hex"); // a magic number, a length of 4 and 4 bytes that mean nothing
    const frames = [zstdCompressSync(`sku,name\n${rows(0, 40_000)}`)];
    for (let i = 40_000; i < 44_000; i++) frames.push(zstdCompressSync(row(i)), skippable);
    // Small frames with a window of 128 MB, each of one block that is not compressed.
    for (let i = 44_000; i < 44_010; i++) frames.push(frameWithLargeWindow(row(i)));
    // A small frame that unpacks to more than a chunk, and a large frame at the end.
    frames.push(zstdCompressSync(`${" ".repeat(1 << 20)}\n`), zstdCompressSync(rows(44_010, 39_990)));
    const { cells } = await readCells(Buffer.concat(frames));
    expect(cells.map(([sku]) => sku)).toEqual(Array.from({ length: 84_000 }, (_, i) => `A-${String(i)}`));
  });

  test("a gzip file of 100,000 rows", async () => {
    const { cells } = await readCells(gzipSync(`sku,name\n${"A,b\n".repeat(100_000)}`));
    expect(cells).toHaveLength(100_000);
  });

  test("a workbook or an HTML page in an archive", async () => {
    for (const archive of [gzipSync(workbook), await zipOf({ "w.xlsx": workbook })]) {
      expect((await readCells(archive)).cells.length).toBeGreaterThan(0);
      expect((await readHead(archive, true, {}))?.records.count).toBeGreaterThan(0);
    }
    expect((await readCells(await zipOf({ "w.xls": html }))).cells).toEqual([["b37-1", "Lamp", "3"]]);
  });

  test("windows-1252 in an archive", async () => {
    const bytes = Buffer.from("sku;name\nA;Gr\xf6\xdfe, f\xfcr T\xfcren\n", "latin1");
    const { dialect, cells } = await readCells(zstdCompressSync(bytes));
    expect(dialect.encoding).toBe("windows-1252");
    expect(cells).toEqual([["A", "Größe, für Türen"]]);
  });
});

describe("refused with a message that names the problem:", () => {
  test.each<[string, () => Buffer | Promise<Buffer>, string, string]>([
    ["damaged zstd", () => bytesOf("b40.csv.zst"), "broken-file", "zstd file is damaged"],
    [
      "zstd of thousands of empty frames",
      () => Buffer.concat([zstdCompressSync(TABLE), ...new Array<Buffer>(11_000).fill(zstdCompressSync(""))]),
      "unsupported-file",
      "more than 10,000 small frames",
    ],
    ["half of a bzip2 file", () => bytesOf("table.csv.bz2").subarray(0, 40), "broken-file", "bzip2 file is damaged"],
    ["half of an xz file", () => bytesOf("table.csv.xz").subarray(0, 60), "broken-file", "xz file is damaged"],
    ["half of a gzip file", () => gzipSync(TABLE).subarray(0, 30), "broken-file", "gzip file is damaged"],
    ["half of a zip file", async () => (await zipOf({ "t.csv": TABLE })).subarray(0, 60), "broken-file", "zip file is"],
    [
      "a zip file with a changed byte",
      async () => {
        const bytes = await zipOf({ "t.csv": TABLE.repeat(50) });
        bytes[60] = (bytes[60] as number) ^ 0xff;
        return bytes;
      },
      "broken-file",
      "zip file is damaged",
    ],
    ["a zip file without a table", () => zipOf({ "a.png": "x", "b.png": "y" }), "unsupported-file", "no table"],
    ["a zip file of folders", () => zipOf({ "a/": "" }), "unsupported-file", "no files"],
    [
      "a zip file in a gzip file",
      async () => gzipSync(await zipOf({ "t.csv": TABLE })),
      "unsupported-file",
      "another packed",
    ],
    [
      "a picture in a zip file",
      () => zipOf({ "a.png": Buffer.from("89504e470d0a1a0a", "hex") }),
      "unsupported-file",
      "PNG",
    ],
    ["a bomb of bzip2", () => bytesOf("bomb.bz2"), "unpacks-too-large", "unpacks to more"],
    ["a bomb of zstd", () => zstdCompressSync(Buffer.alloc(100 << 20)), "unpacks-too-large", "unpacks to more"],
    ["a bomb in a zip file", () => zipOf({ "t.csv": Buffer.alloc(100 << 20) }), "unpacks-too-large", "unpacks to more"],
    ["nothing, compressed", () => zstdCompressSync(""), "empty-file", "zstd file contains no data"],
  ])("%s", async (_, make, slug, message) => {
    await expect(readCells(await make())).rejects.toMatchObject({
      slug,
      message: expect.stringContaining(message) as string,
    });
  });
});

test("the head of a compressed file is previewed", async () => {
  const table = `sku,name\n${Array.from({ length: 50_000 }, (_, i) => `A-${String(i)},Name ${String(i * 7919)}\n`).join("")}`;
  for (const packed of [gzipSync(table), zstdCompressSync(table)]) {
    const head = await readHead(packed.subarray(0, 100_000), false, {});
    expect(head?.records.count).toBeGreaterThan(1000);
  }
});

test("the head of a bzip2 file with longer blocks can only be read whole", async () => {
  expect(await readHead(bytesOf("table.csv.bz2").subarray(0, 40), false, {})).toBeUndefined();
});
