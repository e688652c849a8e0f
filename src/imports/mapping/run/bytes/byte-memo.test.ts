// Tests the memos of a mapper: they return what was remembered for the same cell, and their memory is bounded.
import { expect, test } from "vitest";
import { ByteMemos, type ByteMemo } from "./byte-memo.ts";
import { OutBytes } from "./out-bytes.ts";

/** Returns the remembered result, or undefined. */
function find(memo: ByteMemo, cell: string, quoted = 0): string | undefined {
  const out = new OutBytes();
  const bytes = Buffer.from(`<${cell}>`);
  const size = memo.write(bytes, 1, bytes.length - 1, quoted, out);
  return size === -1 ? undefined : out.bytes.toString("utf8", 0, size);
}

function remember(memo: ByteMemo, cell: string, result: string, quoted = 0): void {
  expect(find(memo, cell, quoted)).toBeUndefined();
  memo.put(Buffer.from(cell), quoted, Buffer.from(result));
}

test("a cell has the result that was remembered for the same bytes in the same quotes", () => {
  const memo = new ByteMemos().create();
  remember(memo, "rot", "red");
  expect(find(memo, "rot")).toBe("red");
  expect(find(memo, "rot", 1)).toBeUndefined();
  expect(find(memo, "tor")).toBeUndefined();
  remember(memo, "", "blank");
  expect(find(memo, "")).toBe("blank");
  remember(memo, "nothing", "");
  expect(find(memo, "nothing")).toBe("");
});

test("the largest cell and result are remembered unmodified; larger ones are not remembered", () => {
  const memo = new ByteMemos().create();
  const cell = "ü".repeat(24);
  remember(memo, cell, "€x".repeat(32));
  expect(find(memo, cell)).toBe("€x".repeat(32));
  for (const [longer, result] of [
    [`${cell}x`, "short"],
    ["short", "x".repeat(129)],
  ] as const) {
    remember(memo, longer, result);
    expect(find(memo, longer)).toBeUndefined();
  }
});

test("two thousand memos together need at most 20 MB, however long the results are", () => {
  const memos = new ByteMemos();
  const all = Array.from({ length: 2000 }, () => memos.create());
  const before = process.memoryUsage();
  for (const memo of all)
    for (let cell = 0; cell < 200; cell++) {
      const text = Buffer.from(String(cell));
      if (memo.write(text, 0, text.length, 0, OUT) === -1) memo.put(text, 0, Buffer.alloc(cell));
    }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(20e6);
});

test("a memo that finds too few cells is switched off, and gives its memory back", () => {
  const memo = new ByteMemos().create();
  for (let cell = 0; cell < 4096; cell++) find(memo, String(cell));
  remember(memo, "a", "b");
  expect(find(memo, "a")).toBeUndefined();
});

const OUT = new OutBytes();
