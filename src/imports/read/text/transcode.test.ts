import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bomLength, transcode, transcodeHead } from "./transcode.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-transcode-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function transcoded(bytes: Buffer, encoding: Parameters<typeof transcode>[1]): Promise<Buffer> {
  writeFileSync(join(folder, "source"), bytes);
  await transcode(join(folder, "source"), encoding, join(folder, "target"));
  return readFileSync(join(folder, "target"));
}

const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

describe("a file", () => {
  test("in UTF-16, larger than a chunk, loses its byte order mark", async () => {
    const text = "Stuhl 椅子 🪑\r\n".repeat(40_000);
    expect((await transcoded(Buffer.from(`\ufeff${text}`, "utf16le"), "utf-16le")).toString()).toBe(text);
    expect((await transcoded(utf16be(`\ufeff${text}`), "utf-16be")).toString()).toBe(text);
  });

  test("in windows-1252", async () => {
    expect((await transcoded(Buffer.from([0x80, 0x35, 0xe4, 0x99, 0xff, 0x9f]), "windows-1252")).toString()).toBe(
      "€5ä™ÿŸ",
    );
  });

  test("transcoding stops when its signal aborts", async () => {
    writeFileSync(join(folder, "source"), "a");
    await expect(
      transcode(join(folder, "source"), "utf-16le", join(folder, "target"), { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/i);
  });
});

test.each<[string, Buffer, "utf-16le" | "utf-16be" | "windows-1252", Buffer]>([
  ["a byte without a character", Buffer.from([65, 0x81, 66]), "windows-1252", Buffer.from([65, 0xff, 66])],
  ["a high surrogate alone", Buffer.from("a\ud83eb", "utf16le"), "utf-16le", Buffer.from([97, 0xff, 98])],
  ["a low surrogate alone", Buffer.from("a\ude91b", "utf16le"), "utf-16le", Buffer.from([97, 0xff, 98])],
  [
    "two high surrogates",
    utf16be("\ud83e\ud83e\ude91"),
    "utf-16be",
    Buffer.concat([Buffer.from([0xff]), Buffer.from("🪑")]),
  ],
  ["an odd last byte", Buffer.from([97, 0, 98]), "utf-16le", Buffer.from([97, 0xff])],
  ["a surrogate at the end", Buffer.from("a\ud83e", "utf16le"), "utf-16le", Buffer.from([97, 0xff])],
])("%s becomes the byte FF", (_, bytes, encoding, expected) => {
  expect(transcodeHead(bytes, encoding, true)).toEqual(expected);
});

test("any text survives a round trip in both byte orders", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      fc.pre(text.isWellFormed() && !text.startsWith("\ufeff"));
      expect(transcodeHead(Buffer.from(text, "utf16le"), "utf-16le", true).toString()).toBe(text);
      expect(transcodeHead(utf16be(text), "utf-16be", true).toString()).toBe(text);
    }),
  );
});

test("windows-1252 agrees with TextDecoder on every defined byte", () => {
  const decoder = new TextDecoder("windows-1252");
  for (let byte = 0; byte < 256; byte++) {
    if ([0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)) continue;
    expect(transcodeHead(Buffer.from([byte]), "windows-1252", true).toString()).toBe(
      decoder.decode(Buffer.from([byte])),
    );
  }
});

test("a byte order mark is recognized only in its own encoding", () => {
  expect(bomLength(Buffer.from("\ufeffa"), "utf-8")).toBe(3);
  expect(bomLength(Buffer.from("\ufeffa", "utf16le"), "utf-16le")).toBe(2);
  expect(bomLength(utf16be("\ufeffa"), "utf-16be")).toBe(2);
  expect(bomLength(Buffer.from("\ufeffa"), "windows-1252")).toBe(0);
  expect(bomLength(Buffer.alloc(0), "utf-8")).toBe(0);
});
