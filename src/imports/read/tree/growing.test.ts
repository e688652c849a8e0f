// Tests the conversion of XML and JSON files while they are being received: the result is the same as for the complete file.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Extent } from "../read-records.ts";
import { prepareGrowingText, prepareText } from "../text/prepare-text.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skuport-growing-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes the first part of the file, and returns an extent that grows by the next part at each call of `grow`. */
async function receive(path: string, parts: readonly Buffer[]): Promise<Extent> {
  const rest = [...parts];
  const first = rest.shift() as Buffer;
  await writeFile(path, first);
  const extent: Extent = {
    end: first.length,
    whole: false,
    async grow() {
      const next = rest.shift();
      if (next === undefined) extent.whole = true;
      else {
        await appendFile(path, next);
        extent.end += next.length;
      }
    },
  };
  return extent;
}

const product = (sku: number): string => JSON.stringify({ sku: `A-${sku}`, name: `Lamp ${sku}`, tags: ["a", "b"] });
const lines = Array.from({ length: 200 }, (_, i) => `${product(i)}\n`).join("");
const list = `{"products":[${Array.from({ length: 200 }, (_, i) => product(i)).join(",")}]}`;
const xml = `<shop>${Array.from({ length: 200 }, (_, i) => `<item><sku>A-${i}</sku><name>Lämp</name></item>`).join("\n")}</shop>`;

test.each([
  ["JSON Lines", Buffer.from(lines)],
  ["JSON", Buffer.from(list)],
  ["XML", Buffer.from(xml)],
  ["XML in UTF-16", Buffer.from(`\ufeff${xml}`, "utf16le")],
])("%s gives the same table and dialect as the complete file", async (_, bytes) => {
  const path = join(folder, "growing");
  const parts = [0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
    bytes.subarray((bytes.length * i) >> 3, (bytes.length * (i + 1)) >> 3),
  );
  const extent = await receive(path, parts);
  const growing = await prepareGrowingText({ path, extent }, join(folder, "a.csv"), {}, {});
  expect(extent).toMatchObject({ whole: true, end: bytes.length });
  expect(growing).toEqual(await prepareText(path, join(folder, "b.csv"), {}));
  for (const suffix of ["", ".positions"])
    expect(await readFile(join(folder, `a.csv${suffix}`))).toEqual(await readFile(join(folder, `b.csv${suffix}`)));
});

test("a file whose later letters show another encoding has to be converted again", async () => {
  const path = join(folder, "late");
  const late = Buffer.from(`${lines}{"sku":"B","name":"Lämpchen für Gärten","tags":[]}\n`.repeat(5), "latin1");
  const extent = await receive(path, [late.subarray(0, 1000), late.subarray(1000)]);
  expect(await prepareGrowingText({ path, extent }, join(folder, "c.csv"), {}, {})).toBeUndefined();
});

test.each([
  ["CSV", "sku,name\n1,Lamp\n"],
  ["a gzip file", "\u001f\u008b\b"],
])("%s is not converted while it is received", async (_, text) => {
  const path = join(folder, "other");
  const extent = await receive(path, [Buffer.from(text, "latin1")]);
  expect(await prepareGrowingText({ path, extent }, join(folder, "d.csv"), {}, {})).toBeUndefined();
  expect(extent.whole).toBe(false);
});

test("if the upload ends early, the conversion ends with the error of the upload", async () => {
  const path = join(folder, "paused");
  await writeFile(path, lines.slice(0, 1000));
  const extent: Extent = { end: 1000, whole: false, grow: () => Promise.reject(new Error("paused")) };
  await expect(prepareGrowingText({ path, extent }, join(folder, "e.csv"), {}, {})).rejects.toThrow("paused");
});
