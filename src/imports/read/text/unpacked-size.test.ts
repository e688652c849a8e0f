import { describe, expect, test } from "vitest";
import { createUnpackedCount } from "./unpacked-size.ts";

const MB = 1 << 20;
const CHUNK_BYTES = 1 << 18;

/** Simulates unpacking a file with these sections. `ratio` is the number of unpacked bytes per packed byte. Returns the number of
 * unpacked bytes before the file was refused. */
function unpack(...sections: readonly (readonly [packed: number, ratio: number])[]): {
  passed: number;
  refused: boolean;
} {
  let consumed = 0;
  let passed = 0;
  const packed = sections.reduce((sum, [bytes]) => sum + bytes, 0);
  const count = createUnpackedCount(packed, () => Math.floor(consumed));
  for (const [bytes, ratio] of sections) {
    for (let left = bytes * ratio; left > 0; left -= CHUNK_BYTES) {
      const chunk = Math.min(CHUNK_BYTES, left);
      consumed += chunk / ratio;
      try {
        count(chunk);
      } catch {
        return { passed, refused: true };
      }
      passed += chunk;
    }
  }
  return { passed, refused: false };
}

describe("a bomb is refused within 64 MB, however large it is", () => {
  test.each([1029, 515, 420])("that unpacks %i-fold", (ratio) => {
    const { passed, refused } = unpack([100 * MB, ratio]);
    expect(refused).toBe(true);
    expect(passed).toBeLessThanOrEqual(64 * MB);
  });

  test("even after ordinary data", () => {
    const honest = 50 * MB * 5;
    const { passed, refused } = unpack([50 * MB, 5], [50 * MB, 1029]);
    expect(refused).toBe(true);
    expect(passed - honest).toBeLessThanOrEqual(64 * MB);
  });
});

describe("ordinary files pass", () => {
  test.each([
    ["of ordinary rows", 500 * MB, 4],
    ["of rows that differ only in their SKU", 20 * MB, 162],
    ["of few kilobytes that repeat one row", 60_000, 515],
  ])("%s", (_, packed, ratio) => {
    expect(unpack([packed, ratio]).refused).toBe(false);
  });
});

test("without the decompressor's progress the total is bounded", () => {
  const count = createUnpackedCount(1000);
  count(32 * MB);
  expect(() => {
    count(300_000);
  }).toThrow("unpacks to more than");
});
