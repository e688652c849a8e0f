// Tests that converting a file leaves no file open, and that a missing file never ends the process.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../../tests/support/until.ts";
import { openUnpacker, packedFile } from "../archive/unpack.ts";
import { prepareText } from "./prepare-text.ts";
import { transcode } from "./transcode.ts";

const OPEN_FILES = "/proc/self/fd";
const samples = join(import.meta.dirname, "../archive/samples");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-open-files-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const countOpen = (): number => readdirSync(OPEN_FILES).length;

describe.runIf(existsSync(OPEN_FILES))("no file stays open", () => {
  test("after a web page whose encoding is known was converted", async () => {
    const page = join(folder, "page.html");
    writeFileSync(page, "<table><tr><th>sku<th>name<tr><td>A<td>B</table>");
    const before = countOpen();
    for (let i = 0; i < 10; i++) await prepareText(page, join(folder, "text"), { encoding: "utf-8" });
    await until(() => countOpen() < before + 5);
  });

  test.each(["table.csv.xz", "table.csv.bz2", "b40.csv.zst"])("after %s was not read to its end", async (name) => {
    const stop = (): undefined => {
      throw new Error("stop");
    };
    const path = join(folder, name);
    // The bytes after the packed table are not read.
    writeFileSync(path, Buffer.concat([readFileSync(join(samples, name)), Buffer.alloc(2 << 20)]));
    const before = countOpen();
    for (let i = 0; i < 10; i++)
      await expect(prepareText(path, join(folder, "text"), {}, { checkSpace: stop })).rejects.toThrow();
    await until(() => countOpen() < before + 5);
  });
});

describe("a missing file is an error that the caller can catch", () => {
  const missing = (): string => join(folder, "missing");

  test("when it is transcoded", async () => {
    for (let i = 0; i < 10; i++)
      await expect(transcode(missing(), "windows-1252", join(folder, "text"))).rejects.toThrow("ENOENT");
  });

  test.each(["gzip", "zstd", "bzip2", "xz"] as const)("when it is unpacked as %s", async (format) => {
    const { chunks } = openUnpacker(format, packedFile(missing(), 100));
    // Start another file operation, so that the unpacker's error has time to occur before its first chunk is requested.
    await expect(stat(missing())).rejects.toThrow("ENOENT");
    await expect(chunks[Symbol.asyncIterator]().next()).rejects.toThrow("ENOENT");
  });
});
