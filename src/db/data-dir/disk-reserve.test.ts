import { tmpdir } from "node:os";
import { join } from "node:path";
import { statfs } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createDiskReserve, createRoomCheck, isDiskFull } from "./disk-reserve.ts";

const MB = 1 << 20;

describe("the room", () => {
  test("is what is free beyond the reserve, also of a folder that is not there yet", async () => {
    const { blocks, bsize } = await statfs(tmpdir());
    const folder = join(tmpdir(), "missing/deep");
    expect(await createDiskReserve(folder, 0).room()).toBeGreaterThan(0);
    expect(await createDiskReserve(folder, blocks * bsize).room()).toBeLessThanOrEqual(0);
  });

  test("is asked for before the first byte and every 64 MB, however small the writes are", async () => {
    let asked = 0;
    const check = createRoomCheck({ room: () => Promise.resolve((asked++, 1e12)) }, shortOfRoom);
    for (let written = 0; written < 640 * MB; written += MB / 4) await check(MB / 4);
    expect(asked).toBe(10);
  });

  test("is asked for more often where there is little, and never exceeded by several writers", async () => {
    let free = 40 * MB;
    let refused = 0;
    const onShort = () => Promise.reject(new Error(String(refused++)));
    const checks = Array.from({ length: 8 }, () => createRoomCheck({ room: () => Promise.resolve(free) }, onShort));
    for (let round = 0; round < 200; round++) {
      for (const check of checks) {
        const checked = Promise.resolve(check(MB / 4));
        await checked.then(() => (free -= MB / 4)).catch(() => undefined);
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(free).toBeGreaterThanOrEqual(0);
  });

  test("is asked for again after a wait", async () => {
    const rooms = [-1, 0, 10 * MB];
    let waits = 0;
    const check = createRoomCheck({ room: () => Promise.resolve(rooms.shift() ?? 0) }, () =>
      Promise.resolve().then(() => {
        waits++;
      }),
    );
    await check(MB);
    expect([waits, rooms.length]).toEqual([2, 0]);
  });
});

const shortOfRoom = (): Promise<void> => Promise.reject(new Error("short of room"));

test.each([
  [Object.assign(new Error(), { code: "ENOSPC" }), true],
  [Object.assign(new Error(), { code: "EDQUOT" }), true],
  [new Error("x", { cause: Object.assign(new Error(), { code: "ENOSPC" }) }), true],
  [Object.assign(new Error(), { code: "EIO" }), false],
  ["ENOSPC", false],
])("%o is a full disk: %s", (error, expected) => {
  expect(isDiskFull(error)).toBe(expected);
});
