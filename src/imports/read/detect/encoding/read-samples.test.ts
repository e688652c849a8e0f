// Reads whole files in encodings other than UTF-8.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Dialect, DialectOverrides } from "../../../../../contract/imports/imports.ts";
import { createTestScratch } from "../../../../../tests/support/scratch-folder.ts";
import { recordTexts } from "../../field-text.ts";
import { readFile } from "../../read-file.ts";

interface Read {
  dialect: Dialect;
  header: string[];
  cells: string[][];
  faults: number;
}

async function readAt(path: string, overrides: DialectOverrides = {}): Promise<Read> {
  const seen: Read = { dialect: {} as Dialect, header: [], cells: [], faults: 0 };
  await readFile(
    path,
    { overrides, createScratch: createTestScratch },
    {
      onTable(dialect, { header }) {
        Object.assign(seen, { dialect, header });
      },
      onRecords(records, faults) {
        for (let r = 0; r < records.count; r++) seen.cells.push(recordTexts(records, r, seen.dialect));
        seen.faults += faults.length;
      },
    },
  );
  return seen;
}

const sample = (name: string): string => join(import.meta.dirname, "samples", name);

async function read(bytes: Buffer): Promise<Read> {
  const scratch = await createTestScratch();
  try {
    writeFileSync(join(scratch.path, "file"), bytes);
    return await readAt(join(scratch.path, "file"));
  } finally {
    await scratch.remove();
  }
}

describe("a sample", () => {
  test.each<[string, Dialect["encoding"], string[]]>([
    ["b04b-shift-jis-ascii-header.csv", "shift_jis", ["テスト機構", "表示能力", "ソファ", "予定"]],
    ["b05-cp1251.csv", "windows-1251", ["Чашка синяя", "Тарелка", "Стол дубовый"]],
    ["b06-macroman.csv", "macintosh", ["Crème brûlée café", "Müller Öl für Küche"]],
    ["b07-cp1250.csv", "windows-1250", ["Żółty świecznik łódź", "Příliš žluťoučký kůň"]],
    ["cp850-semicolon.csv", "cp850", ["Größe", "ähnlich moosgrün", "±0 µm °C ß", 'für sandbeige; Öse ½"']],
    [
      "shift-jis-csv.csv",
      "shift_jis",
      ["商品コード", "【新品】移植ごて Ostrel 1　十能", "ほうろうマグ Zuvora 2 ｿｰｽ表"],
    ],
    ["windows-1251-csv.csv", "windows-1251", ["Артикул", "Наименование", "АБ-027"]],
    ["e09-late-umlaut.csv.gz", "windows-1252", ["Schräube", "Tür"]],
  ])("%s", async (name, encoding, texts) => {
    const { dialect, header, cells, faults } = await readAt(sample(name));
    expect(dialect.encoding).toBe(encoding);
    expect([...header, ...cells.flat()]).toEqual(expect.arrayContaining(texts));
    expect(faults).toBe(0);
    expect(dialect.encoding_alternatives?.every((other) => other.encoding !== encoding)).toBe(true);
  });
});

const ASCII_ROWS = Array.from({ length: 20_000 }, (_, i) => `A-${String(i)};plain text\n`).join("");

describe("a head of ASCII is followed by", () => {
  test.each<[string, Dialect["encoding"], Buffer, string, number]>([
    ["windows-1252", "windows-1252", Buffer.from("Z;Schr\xe4ube f\xfcr T\xfcren\n", "latin1"), "Schräube für Türen", 0],
    ["UTF-8", "utf-8", Buffer.from("Z;Schräube\n"), "Schräube", 0],
    [
      "UTF-8 with an invalid byte",
      "utf-8",
      Buffer.concat([Buffer.from("Z;Schräube für Türen\nY;"), Buffer.from([0xe4]), Buffer.from("\n")]),
      "Schräube für Türen",
      1,
    ],
  ])("%s", async (_, encoding, last, text, faults) => {
    const bytes = Buffer.concat([Buffer.from(`sku;name\n${ASCII_ROWS}`), last]);
    for (const file of [bytes, gzipSync(bytes)]) {
      const found = await read(file);
      expect(found.dialect.encoding).toBe(encoding);
      expect(found.cells.flat()).toContain(text);
      expect(found.faults).toBe(faults);
    }
  });
});

test("a file in which several encodings are possible is refused with lines in each of them", async () => {
  await expect(read(Buffer.from("sku;name\n1;Wieszak na r\xeaczniki\n", "latin1"))).rejects.toMatchObject({
    slug: "encoding-in-doubt",
    extra: {
      option: "encoding",
      candidates: expect.arrayContaining([
        { value: "windows-1250", samples: ["1;Wieszak na ręczniki"] },
        { value: "windows-1252", samples: ["1;Wieszak na rêczniki"] },
      ]) as unknown,
    },
  });
  const path = sample("b07-cp1250.csv");
  expect((await readAt(path, { encoding: "windows-1252" })).dialect.encoding_alternatives).toBeUndefined();
});
