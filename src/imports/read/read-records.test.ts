import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dialect, DialectOverrides } from "../../../contract/imports/imports.ts";
import { readFile, type Fault, type ScratchFolder } from "./read-file.ts";
import { detectFile } from "./detect/detect-file.ts";
import { openTable, readRecords, wholeExtent, type RecordWindow, type Table } from "./read-records.ts";
import { createTestScratch } from "../../../tests/support/scratch-folder.ts";
import { recordTexts } from "./field-text.ts";
import { createSplitter } from "./splitter.ts";
import type { TextFile } from "./text/text-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-read-records-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(content: string | Buffer): string {
  const path = join(folder, "file.csv");
  writeFileSync(path, content);
  return path;
}

async function table(
  content: string | Buffer,
  overrides: DialectOverrides = {},
): Promise<Table & { dialect: Dialect }> {
  const path = file(content);
  const dialect = await detectFile(path, overrides);
  const handle = await open(path);
  try {
    return { dialect, ...(await openTable(handle, dialect)) };
  } finally {
    await handle.close();
  }
}

describe("a table starts", () => {
  test.each<[string, string, Partial<Table>]>([
    ["after the header", "sku,name\nA,b\n", { start: 9, first_line: 2, header: ["sku", "name"], header_line: 1 }],
    ["after a byte order mark", "\ufeffsku,name\nA,b\n", { start: 12, first_line: 2, header: ["sku", "name"] }],
    ["after a header with line breaks", 'sku,"na\r\nme"\r\nA,b\r\n', { start: 14, first_line: 3 }],
    ["after a title and blank lines", "Prices\n\nsku,name\nA,b\n", { start: 17, first_line: 4, header_line: 3 }],
    ["after blank lines, which are counted", "\r\n\r\nsku,name\r\nA,b\r\n", { first_line: 4, header_line: 3 }],
    ["at the end of a file with only a header", "sku,name", { start: 8, size: 8, first_line: 2 }],
    ["at 0 in an empty file", "", { start: 0, size: 0, columns: [], header: [] }],
    ["after CRs", "x\r\rsku,name\rA,b\r", { start: 12, first_line: 4 }],
  ])("%s", async (_, content, expected) => {
    expect(await table(content)).toMatchObject(expected);
  });

  test("at the first record if it has no header, with columns that match nothing", async () => {
    expect(await table("1,2\n3,4\n", { header: false })).toMatchObject({
      start: 0,
      first_line: 1,
      header: [],
      columns: [
        { name: "Column 1", target: "attribute" },
        { name: "Column 2", target: "attribute" },
      ],
    });
  });

  test("after a faulty header", async () => {
    expect(await table('sku,"name"x\nA,b\n')).toMatchObject({
      header_fault: "text_after_quote",
      header: ["sku", '"name"x'],
    });
  });
});

test("the records of a range of the file have their offsets and lines in the file", async () => {
  const rows = Array.from(
    { length: 200_000 },
    (_, row) => `SKU-${String(row)},"name\n${String(row)}",${"x".repeat(row % 20)}\n`,
  );
  const path = file(`sku,name,x\n${rows.join("")}`);
  const dialect = await detectFile(path, {});
  const handle = await open(path);
  try {
    const { start, size, first_line } = await openTable(handle, dialect);
    const starts: { offset: number; line: number }[] = [];
    const splitter = createSplitter(dialect, first_line);
    for await (const { records, offset } of readRecords(handle, splitter, start, wholeExtent(size))) {
      for (let record = 0; record < records.count; record++) {
        starts.push({ offset: offset + (records.start[record] as number), line: records.line[record] as number });
      }
    }
    expect(starts).toHaveLength(200_000);
    expect(splitter.line).toBe(400_002);

    const from = starts[150_000] as (typeof starts)[0];
    const to = starts[150_010] as (typeof starts)[0];
    const found: string[][] = [];
    const lines: number[] = [];
    for await (const { records } of readRecords(
      handle,
      createSplitter(dialect, from.line),
      from.offset,
      wholeExtent(to.offset),
    )) {
      for (let record = 0; record < records.count; record++) {
        found.push(recordTexts(records, record, dialect));
        lines.push(records.line[record] as number);
      }
    }
    expect(found.map(([sku]) => sku)).toEqual(Array.from({ length: 10 }, (_, row) => `SKU-${String(150_000 + row)}`));
    expect(lines[9]).toBe(2 + 2 * 150_009);
  } finally {
    await handle.close();
  }
});

test("a file that has become shorter is an error, not a shorter table", async () => {
  const path = file("sku\nA\n");
  const dialect = await detectFile(path, {});
  const handle = await open(path);
  try {
    const read = readRecords(handle, createSplitter(dialect, 1), 0, wholeExtent(1_000));
    await expect(read.next()).rejects.toThrow("ends at byte 6, not at 1000");
  } finally {
    await handle.close();
  }
});

test("reading ahead yields each record once, and an error is thrown after the windows before it were yielded", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `A-${String(i)},${"x".repeat(i % 100)}`);
  const text = Buffer.from(`sku,name\n${rows.join("\n")}\n`);
  const source = (faultAt: number): TextFile => ({
    stat: () => Promise.resolve({ size: text.length }),
    read: (target, at, length, position) =>
      position + length > faultAt
        ? Promise.reject(new Error("read error"))
        : Promise.resolve({ bytesRead: text.copy(target, at, position, position + length) }),
  });
  const dialect = { ...(await table("sku,name\nA,b\n")).dialect };
  const read = async (faultAt: number, found: string[]): Promise<void> => {
    const splitter = createSplitter(dialect, 2);
    for await (const { records, offset } of readRecords(source(faultAt), splitter, 9, wholeExtent(text.length))) {
      await new Promise((resolve) => setImmediate(resolve));
      for (let r = 0; r < records.count; r++)
        found.push(text.toString("utf8", offset + (records.start[r] as number), offset + (records.end[r] as number)));
    }
  };
  const all: string[] = [];
  await read(Infinity, all);
  expect(all).toEqual(rows);
  const some: string[] = [];
  await expect(read(2_500_000, some)).rejects.toThrow("read error");
  expect(some).toEqual(rows.slice(0, some.length));
  expect(some.length).toBeGreaterThan(20_000);
});

test("windows without a record are yielded, so that the caller can stop there", async () => {
  const path = file(Buffer.alloc(5 << 20, "\n"));
  const dialect = await detectFile(path, {});
  const handle = await open(path);
  const stop = new AbortController();
  try {
    const read = readRecords(handle, createSplitter(dialect, 1), 0, wholeExtent(5 << 20), stop.signal);
    const { value } = (await read.next()) as { value: RecordWindow };
    expect(value.records.count).toBe(0);
    stop.abort();
    await expect(read.next()).rejects.toThrow("aborted");
  } finally {
    await handle.close();
  }
});

test("reading an endless preamble can be aborted", async () => {
  const path = file(Buffer.alloc(5 << 20, "x"));
  const handle = await open(path);
  try {
    const dialect = await detectFile(path, { preamble: 1 });
    await expect(openTable(handle, dialect, AbortSignal.abort())).rejects.toThrow("aborted");
  } finally {
    await handle.close();
  }
});

describe("a whole file", () => {
  const scratchFolders: string[] = [];
  const createScratchHere = async (): Promise<ScratchFolder> => {
    const scratch = await createTestScratch();
    scratchFolders.push(scratch.path);
    return scratch;
  };

  async function read(
    content: string | Buffer,
    overrides: DialectOverrides = {},
  ): Promise<{ cells: string[][]; faults: Omit<Fault, "record">[]; lines: number }> {
    const cells: string[][] = [];
    const faults: Omit<Fault, "record">[] = [];
    let dialect: Dialect | undefined;
    const { lines } = await readFile(
      file(content),
      { overrides, createScratch: createScratchHere },
      {
        onTable(found) {
          dialect = found;
        },
        onRecords(records, found) {
          for (let record = 0; record < records.count; record++)
            cells.push(recordTexts(records, record, dialect as Dialect));
          faults.push(...found.map(({ row, line, code }) => ({ row, line, code })));
        },
      },
    );
    return { cells, faults, lines };
  }

  test("in UTF-16 is read from a copy that is removed afterwards", async () => {
    expect(await read(Buffer.from("\ufeffsku;name\r\nA;Stühle 🪑\r\n", "utf16le"))).toEqual({
      cells: [["A", "Stühle 🪑"]],
      faults: [],
      lines: 2,
    });
    expect(scratchFolders.map((path) => existsSync(path))).toEqual([false]);
  });

  test("in windows-1252 has a fault where a byte is undefined", async () => {
    const { cells, faults } = await read(
      Buffer.from("sku,name\nA,gr\xfcn\nB,\x81\nC,wei\xdf und gr\xf6\xdfer\n", "latin1"),
    );
    expect(cells[0]).toEqual(["A", "grün"]);
    expect(faults).toEqual([{ row: 2, line: 3, code: "not_text" }]);
  });

  test("with a network path in a file that never doubles backslashes keeps both backslashes", async () => {
    const { cells } = await read('sku,name,path\nA,"5\\" hose, long","x"\nB,"Lamp","\\\\server\\share\\a.jpg"\n');
    expect(cells).toEqual([
      ["A", '5" hose, long', "x"],
      ["B", "Lamp", "\\\\server\\share\\a.jpg"],
    ]);
  });

  test("reports ragged records and repeated headers", async () => {
    const { faults } = await read('sku,name\nA\nsku,name\nB,c,d\n"E\n,F",g\n');
    expect(faults).toEqual([
      { row: 2, line: 3, code: "header_repeated" },
      { row: 3, line: 4, code: "too_many_fields" },
    ]);
  });

  test("reports a quoted field that lost the delimiter before it, but not inch marks", async () => {
    const text =
      'sku,name,text\nA,Boots"Light, yet strong"\nB,5" hose,1/2"\nC,Pipe 1/2" brass,3"\nD,say "hi" twice,"x"\n';
    expect((await read(text)).faults).toEqual([{ row: 1, line: 2, code: "text_after_quote" }]);
  });

  test("of one column returns its blank lines as records", async () => {
    expect((await read("sku\nA\n\nB\n")).cells).toEqual([["A"], [""], ["B"]]);
  });
});

test("the last filled cell of a header with too many columns is found among the columns of a spreadsheet only", async () => {
  const stray = `sku,name${",".repeat(16_000)}note`;
  expect((await table(`${stray}\nA,B\n`, { delimiter: "," })).last_cell).toEqual({ column: 16_002, text: "note" });
  const endless = `sku,name${",".repeat(1_000_000)}note`;
  expect(await table(`${endless}\nA,B\n`, { delimiter: "," })).toMatchObject({
    header_fault: "too_many_fields",
    last_cell: null,
  });
});
