import { describe, expect, test } from "vitest";
import { HASH_WORDS } from "./half-sip-hash.ts";
import { KeyTable } from "./key-table.ts";

describe("the table", () => {
  test("gives the same results as a Map for 300,000 random keys with repeats", () => {
    const table = new KeyTable();
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
    const table = new KeyTable(1);
    const map = new Map<string, number>();
    for (let window = 0; window < 50; window++) {
      const keys = Array.from({ length: 1000 }, () => `sku-${Math.floor(Math.random() * 30_000).toString(36)}`);
      const hashes = new Int32Array(keys.length * HASH_WORDS);
      for (const [i, key] of keys.entries()) table.hash(Buffer.from(key), 0, key.length, hashes, i * HASH_WORDS);
      table.load(hashes, keys.length);
      for (const [i, key] of keys.entries()) {
        const row = window * keys.length + i;
        expect(table.findHashed(hashes, i * HASH_WORDS, row)).toBe(map.get(key) ?? -1);
        if (!map.has(key)) map.set(key, row);
      }
    }
    for (const [key, row] of map) expect(find(table, key, -1)).toBe(row);
  });

  test("finds the key of a SKU that was hashed with capital letters", () => {
    const table = new KeyTable();
    const hashes = new Int32Array(HASH_WORDS);
    expect(table.hash(Buffer.from("Lamp-ÄB"), 0, 8, hashes, 0)).toBe(false);
    expect(table.hash(Buffer.from("LAMP-1Ab"), 0, 8, hashes, 0)).toBe(true);
    expect(table.findHashed(hashes, 0, 7)).toBe(-1);
    expect(find(table, "lamp-1ab", 8)).toBe(7);
    expect(has(table, "LAMP-1Ab")).toBe(false);
  });

  // Without an empty slot in a segment, a search for a key that the segment lacks would never end.
  test("a search for a missing key ends, however few rows were expected", () => {
    for (let rows = 1; rows <= 2000; rows = Math.ceil(rows * 1.3)) {
      const table = new KeyTable();
      table.expect(rows);
      for (let row = 0; row < rows; row++) find(table, `key ${row}`, row);
      for (let row = 0; row < 2000; row++) expect(has(table, `key ${row}`)).toBe(row < rows);
      expect(table.count()).toBe(rows);
    }
  });

  test("distinguishes row 0, the empty key, and keys that differ in one byte or in length", () => {
    const table = new KeyTable();
    const keys = ["a", "", "b", "aa", "a\0", "aaaa", "aaaaa", "é", "e"];
    keys.forEach((key, row) => expect(find(table, key, row)).toBe(-1));
    keys.forEach((key, row) => expect(find(table, key, 77)).toBe(row));
  });

  test("replaces the row of the key that was found last, even after the table has grown", () => {
    const table = new KeyTable();
    find(table, "first", 0);
    for (let row = 1; row < 250_000; row++) find(table, `other ${row}`, row);
    expect(find(table, "first", 5)).toBe(0);
    table.replace(5);
    expect(find(table, "first", 6)).toBe(5);
    expect(find(table, "other 1", 6)).toBe(1);
  });
});

function find(table: KeyTable, key: string, row: number): number {
  const bytes = Buffer.from(`<${key}>`);
  return table.find(bytes, 1, bytes.length - 1, row);
}

function has(table: KeyTable, key: string): boolean {
  const bytes = Buffer.from(`<${key}>`);
  return table.has(bytes, 1, bytes.length - 1);
}
