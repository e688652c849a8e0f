import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createKeyTable, halfSipHash96, HASH_WORDS } from "./key-table.ts";

/** An independent implementation based on the paper (https://www.aumasson.jp/siphash/siphash.pdf) and its sample code. It uses
 * BigInt, is slow, and shares no code with the implementation that it checks. */
function reference(message: Buffer, key: Buffer, words: number): number[] {
  const MASK = 0xffffffffn;
  const add = (a: bigint, b: bigint): bigint => (a + b) & MASK;
  const rotate = (a: bigint, by: bigint): bigint => ((a << by) | (a >> (32n - by))) & MASK;
  const k0 = BigInt(key.readUInt32LE(0));
  const k1 = BigInt(key.readUInt32LE(4));
  let [v0, v1, v2, v3] = [k0, k1 ^ 0xeen, 0x6c796765n ^ k0, 0x74656462n ^ k1];
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round++) {
      v0 = add(v0, v1);
      v1 = rotate(v1, 5n) ^ v0;
      v0 = rotate(v0, 16n);
      v2 = add(v2, v3);
      v3 = rotate(v3, 8n) ^ v2;
      v0 = add(v0, v3);
      v3 = rotate(v3, 7n) ^ v0;
      v2 = add(v2, v1);
      v1 = rotate(v1, 13n) ^ v2;
      v2 = rotate(v2, 16n);
    }
  };
  const padded = Buffer.alloc(Math.floor(message.length / 4) * 4 + 4);
  message.copy(padded);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 4) {
    const word = BigInt(padded.readUInt32LE(at));
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xeen;
  const out: number[] = [];
  for (let word = 0; word < words; word++) {
    rounds(4);
    out.push(Number(v1 ^ v3));
    v1 ^= 0xddn;
  }
  return out;
}

function ours(bytes: Buffer, start: number, end: number, key: Buffer): number[] {
  const out = new Int32Array(3);
  halfSipHash96(bytes, start, end, Int32Array.of(key.readInt32LE(0), key.readInt32LE(4)), out);
  return Array.from(out, (word) => word >>> 0);
}

describe("the hash", () => {
  test("equals the reference for messages of every length from 0 to 300", () => {
    for (let length = 0; length <= 300; length++) {
      const key = randomBytes(8);
      const message = randomBytes(length);
      expect(ours(message, 0, length, key)).toEqual(reference(message, key, 3));
    }
  });

  test("depends only on the bytes between its bounds", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (before, message, after) => {
        const key = Buffer.from("0001020304050607", "hex");
        const bytes = Buffer.concat([before, message, after]);
        const found = ours(bytes, before.length, before.length + message.length, key);
        expect(found).toEqual(reference(Buffer.from(message), key, 3));
      }),
    );
  });
});

describe("the table", () => {
  test("gives the same results as a Map for 300,000 random keys with repeats", () => {
    const table = createKeyTable();
    const map = new Map<string, number>();
    for (let row = 0; row < 300_000; row++) {
      const key = `sku-${Math.floor(Math.random() * 200_000).toString(36)}`;
      const expected = map.get(key);
      const found = find(table, key, row);
      if (found !== (expected ?? -1)) expect.fail(`row ${row}, key ${key}: ${found} instead of ${expected ?? -1}`);
      if (expected === undefined) map.set(key, row);
      else if (row % 3 === 0) {
        table.replace(row);
        map.set(key, row);
      }
    }
    // Check that no key was lost when the table grew.
    for (const [key, row] of map) if (find(table, key, 999_999) !== row) expect.fail(`${key} is lost`);
  });

  test("gives the same results for keys that are hashed and loaded in windows", () => {
    const table = createKeyTable(1);
    const map = new Map<string, number>();
    for (let window = 0; window < 50; window++) {
      const keys = Array.from({ length: 1000 }, () => `sku-${Math.floor(Math.random() * 30_000).toString(36)}`);
      const hashes = new Int32Array(keys.length * HASH_WORDS);
      for (const [i, key] of keys.entries()) table.hash(Buffer.from(key), key.length, hashes, i * HASH_WORDS);
      table.load(hashes, keys.length);
      for (const [i, key] of keys.entries()) {
        const row = window * keys.length + i;
        expect(table.findHashed(hashes, i * HASH_WORDS, row)).toBe(map.get(key) ?? -1);
        if (!map.has(key)) map.set(key, row);
      }
    }
    for (const [key, row] of map) expect(find(table, key, -1)).toBe(row);
  });

  // Without an empty slot in a segment, a search for a key that the segment lacks would never end.
  test("a search for a missing key ends, however few rows were expected", () => {
    for (let rows = 1; rows <= 2000; rows = Math.ceil(rows * 1.3)) {
      const table = createKeyTable();
      table.expect(rows);
      for (let row = 0; row < rows; row++) find(table, `key ${row}`, row);
      for (let row = 0; row < 2000; row++) expect(has(table, `key ${row}`)).toBe(row < rows);
      expect(table.count()).toBe(rows);
    }
  });

  test("distinguishes row 0, the empty key, and keys that differ in one byte or in length", () => {
    const table = createKeyTable();
    const keys = ["a", "", "b", "aa", "a\0", "aaaa", "aaaaa", "é", "e"];
    keys.forEach((key, row) => expect(find(table, key, row)).toBe(-1));
    keys.forEach((key, row) => expect(find(table, key, 77)).toBe(row));
  });

  test("replaces the row of the key that was found last, even after the table has grown", () => {
    const table = createKeyTable();
    find(table, "first", 0);
    for (let row = 1; row < 250_000; row++) find(table, `other ${row}`, row);
    expect(find(table, "first", 5)).toBe(0);
    table.replace(5);
    expect(find(table, "first", 6)).toBe(5);
    expect(find(table, "other 1", 6)).toBe(1);
  });
});

function find(table: ReturnType<typeof createKeyTable>, key: string, row: number): number {
  const bytes = Buffer.from(`<${key}>`);
  return table.find(bytes, 1, bytes.length - 1, row);
}

function has(table: ReturnType<typeof createKeyTable>, key: string): boolean {
  const bytes = Buffer.from(`<${key}>`);
  return table.has(bytes, 1, bytes.length - 1);
}
