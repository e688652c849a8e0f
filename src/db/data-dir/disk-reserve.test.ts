import { tmpdir } from "node:os";
import { join } from "node:path";
import { statfs } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createDiskReserve, createSpaceCheck, isDiskFull } from "./disk-reserve.ts";

const MB = 1 << 20;

describe("the free space", () => {
  test("is counted beyond the reserve, even for a folder that does not exist yet", async () => {
    const { blocks, bsize } = await statfs(tmpdir());
    const folder = join(tmpdir(), "missing/deep");
    expect(await createDiskReserve(folder, 0).freeBytes()).toBeGreaterThan(0);
    expect(await createDiskReserve(folder, blocks * bsize).freeBytes()).toBeLessThanOrEqual(0);
  });

  test("is checked before the first byte and every 64 MB, however small the writes are", async () => {
    let asked = 0;
    const check = createSpaceCheck({ freeBytes: () => Promise.resolve((asked++, 1e12)) }, shortOfSpace);
    for (let written = 0; written < 640 * MB; written += MB / 4) await check(MB / 4);
    expect(asked).toBe(10);
  });

  test("is checked more often when there is little, so that several writers together do not exceed it", async () => {
    let free = 40 * MB;
    let refused = 0;
    const onShort = () => Promise.reject(new Error(String(refused++)));
    const checks = Array.from({ length: 8 }, () =>
      createSpaceCheck({ freeBytes: () => Promise.resolve(free) }, onShort),
    );
    for (let round = 0; round < 200; round++) {
      for (const check of checks) {
        const checked = Promise.resolve(check(MB / 4));
        await checked.then(() => (free -= MB / 4)).catch(() => undefined);
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(free).toBeGreaterThanOrEqual(0);
  });

  test("is checked again after a wait", async () => {
    const answers = [-1, 0, 10 * MB];
    let waits = 0;
    const check = createSpaceCheck({ freeBytes: () => Promise.resolve(answers.shift() ?? 0) }, () =>
      Promise.resolve().then(() => {
        waits++;
      }),
    );
    await check(MB);
    expect([waits, answers.length]).toEqual([2, 0]);
  });
});

const shortOfSpace = (): Promise<void> => Promise.reject(new Error("short of space"));

test.each([
  [Object.assign(new Error(), { code: "ENOSPC" }), true],
  [Object.assign(new Error(), { code: "EDQUOT" }), true],
  [new Error("x", { cause: Object.assign(new Error(), { code: "ENOSPC" }) }), true],
  [Object.assign(new Error(), { code: "EIO" }), false],
  ["ENOSPC", false],
])("%o is a full disk: %s", (error, expected) => {
  expect(isDiskFull(error)).toBe(expected);
});
