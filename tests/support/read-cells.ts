// Reads a file with the reader of imports and returns its cells.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect, DialectOverrides } from "../../contract/imports/imports.ts";
import { recordTexts } from "../../src/imports/read/field-text.ts";
import { readFile } from "../../src/imports/read/read-file.ts";
import { createTestScratch } from "./scratch-folder.ts";

export interface CellsRead {
  dialect: Dialect;
  header: string[];
  cells: string[][];
  lines: number[];
  faults: string[];
}

export async function readCellsAt(path: string, overrides: DialectOverrides = {}): Promise<CellsRead> {
  const read: CellsRead = { dialect: {} as Dialect, header: [], cells: [], lines: [], faults: [] };
  await readFile(
    path,
    { overrides, createScratch: createTestScratch },
    {
      onTable(dialect, { header }) {
        Object.assign(read, { dialect, header });
      },
      onRecords(records, faults) {
        for (let r = 0; r < records.count; r++) {
          read.cells.push(recordTexts(records, r, read.dialect));
          read.lines.push(records.line[r] as number);
        }
        read.faults.push(...faults.map(({ code }) => code));
      },
    },
  );
  return read;
}

export async function readCells(bytes: Buffer | string, overrides: DialectOverrides = {}): Promise<CellsRead> {
  const scratch = await createTestScratch();
  try {
    const path = join(scratch.path, "file");
    writeFileSync(path, bytes);
    return await readCellsAt(path, overrides);
  } finally {
    await scratch.remove();
  }
}
