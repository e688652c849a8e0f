// Tests how much disk space unpacking a gzip file can take, by measuring the files that it writes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareText } from "./prepare-text.ts";

const MB = 1 << 20;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-prepare-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Unpacks a gzip file of several members. Returns the error, if any, and the bytes on disk. */
async function unpack(...members: Buffer[]): Promise<{ error: unknown; written: number }> {
  const path = join(folder, "file.csv.gz");
  const target = join(folder, "text");
  writeFileSync(path, Buffer.concat(members));
  const error = await prepareText(path, target, {}).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const paths = [target, `${target}.unpacked`];
  const sizes = paths.map((each) => statSync(each, { throwIfNoEntry: false })?.size ?? 0);
  for (const each of paths) rmSync(each, { force: true });
  return { error, written: sizes.reduce((sum, size) => sum + size, 0) };
}

const zeros = gzipSync(Buffer.alloc(32 * MB));
const rows = (count: number, text: string): Buffer =>
  gzipSync(`sku,name\n${Array.from({ length: count }, (_, row) => `S-${row},${text}\n`).join("")}`);

describe("a gzip bomb is refused before 64 MB are written", () => {
  test("of two gigabytes", async () => {
    const { error, written } = await unpack(...Array.from({ length: 64 }, () => zeros));
    expect(error).toMatchObject({ slug: "unpacks-too-large" });
    expect(written).toBeLessThan(64 * MB);
  });

  test("that follows ordinary rows", async () => {
    const honest = rows(300_000, "An ordinary product");
    const plain = await unpack(honest);
    expect(plain.error).toBeUndefined();
    const { error, written } = await unpack(honest, ...Array.from({ length: 64 }, () => zeros));
    expect(error).toMatchObject({ slug: "unpacks-too-large" });
    expect(written - plain.written).toBeLessThan(64 * MB);
  });
});

test("a catalogue whose rows differ only in their SKU is unpacked", async () => {
  const { error, written } = await unpack(rows(60_000, "The same long description, in every row. ".repeat(50)));
  expect(error).toBeUndefined();
  expect(written).toBeGreaterThan(100 * MB);
});

test.each([
  ["XML", Buffer.from("<a><b><sku>A</sku></b><b><sku>B</sku></b></a>"), ["text", "text.positions", "text.source"]],
  ["Parquet", readFileSync(resolve(import.meta.dirname, "../parquet/samples/duckdb-v1.parquet")), ["text"]],
])(
  "the unpacked file stays on disk only if the records of rejected rows are read from it: %s",
  async (_, file, left) => {
    const own = mkdtempSync(join(folder, "left-"));
    const path = join(folder, "packed.gz");
    writeFileSync(path, gzipSync(file));
    await prepareText(path, join(own, "text"), {});
    expect(readdirSync(own).toSorted()).toEqual(left);
  },
);
