// Writes product files for the end-to-end tests of the page.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const HEADER = "sku,name,description,active,price,colour\n";
const COLOURS = ["red", "green", "blue", "black"];

const DESCRIPTION = "Made for the catalogue";

/** Writes a valid file of `rows` products. Files with the same number of rows and the same description are identical. */
export async function writeProducts(
  folder: string,
  name: string,
  rows: number,
  description = DESCRIPTION,
): Promise<string> {
  const path = join(folder, name);
  // eslint-disable-next-line @typescript-eslint/require-await -- this source never waits
  const chunks = async function* () {
    yield HEADER;
    for (let first = 0; first < rows; first += 10_000) {
      yield Array.from({ length: Math.min(10_000, rows - first) }, (_, i) => productLine(first + i, description)).join(
        "",
      );
    }
  };
  await pipeline(chunks, createWriteStream(path));
  return path;
}

/** Returns the SKU of a row of `writeProducts`; the first row is row 0. */
export const skuOf = (i: number): string => `SKU-${String(i).padStart(7, "0")}`;

const productLine = (i: number, description = DESCRIPTION): string =>
  `${skuOf(i)},Product ${String(i)},${description},${i % 7 === 0 ? "no" : "yes"},${(i % 900) / 10},${COLOURS[i % 4] ?? ""}\n`;

/** Writes a file of 200 rows. An import rejects 6 of them, for three different reasons, and 1 is superseded by a later row. */
export async function writeFaultyProducts(folder: string): Promise<string> {
  const path = join(folder, "with-faults.csv");
  const lines = Array.from({ length: 200 }, (_, i) => productLine(9_000_000 + i));
  lines[9] = ",Unknown product,No SKU at all,yes,1,red\n";
  lines[19] = "SKU-LONG,Table lamp,With a comma, which is not quoted,yes,1,red\n";
  for (const at of [29, 39, 49, 59]) lines[at] = `SKU-MAYBE-${String(at)},Undecided,An unclear state,perhaps,1,red\n`;
  lines[99] = lines[98] ?? "";
  await writeFile(path, HEADER + lines.join(""));
  return path;
}

export async function writeWithoutSku(folder: string): Promise<string> {
  const path = join(folder, "prices.csv");
  await writeFile(path, "title;amount;colour\nLamp;19.90;black\n");
  return path;
}

/** Writes a file that cannot be imported: its header has a different delimiter from its rows. */
export async function writeWithTwoDelimiters(folder: string): Promise<string> {
  const path = join(folder, "prices.csv");
  await writeFile(path, "sku,name,price\nA-1;Lamp;19.90\nA-2;Desk;3.00\nA-3;Chair;5.00\n");
  return path;
}
