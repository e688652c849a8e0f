import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HalfSipHash, HASH_WORDS } from "./half-sip-hash.ts";

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

function ours(bytes: Buffer, start: number, end: number, key: Buffer, foldsCase = false): number[] {
  const out = new Int32Array(HASH_WORDS + 2);
  const isAscii = new HalfSipHash(key, foldsCase).write(bytes, start, end, out, 1);
  expect(isAscii).toBe(bytes.subarray(start, end).every((byte) => byte < 0x80));
  expect([out[0], out[HASH_WORDS + 1]]).toEqual([0, 0]);
  return Array.from(out.subarray(1, HASH_WORDS + 1), (word) => word >>> 0);
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

  test("can hash ASCII letters as if they were in lower case, and does not change any other byte", () => {
    const key = Buffer.from("0001020304050607", "hex");
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (let start = 0; start < 4; start++) {
      const found = ours(everyByte, start, everyByte.length, key, true);
      expect(found).toEqual(reference(lowerCased(everyByte.subarray(start)), key, 3));
    }
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const bytes = Buffer.from(message);
        expect(ours(bytes, 0, bytes.length, key, true)).toEqual(reference(lowerCased(bytes), key, 3));
      }),
    );
  });
});

const lowerCased = (bytes: Buffer): Buffer =>
  Buffer.from(
    bytes.toString("latin1").replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    "latin1",
  );
