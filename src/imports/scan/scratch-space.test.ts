import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, receiveBytes } from "../../../tests/support/import-file.ts";
import { requestCancel } from "../store.ts";
import { scratchSpace } from "./scratch-space.ts";
import { ScanOver } from "./watch-scan.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
const signal = new AbortController().signal;

/** A disk whose free space is the next of `values` each time it is read. The last value is repeated. */
const diskWith = (...values: number[]) => ({
  freeBytes: () => Promise.resolve((values.length > 1 ? values.shift() : values[0]) ?? 0),
});

test("a scan waits once until the disk has space for all its bytes", async () => {
  const { id } = await receiveBytes(context, "sku,name\nA,One\n");
  const messages: string[] = [];
  const note = (_: object, message: string): void => void messages.push(message);
  const log = { ...context.log, info: note, warn: note };
  const check = scratchSpace({ ...context, log, disk: diskWith(100, 100, 1_000_000) }, id, signal);
  await check(5000);
  expect(messages).toEqual(["disk full; import waits", "disk space available; import continues"]);
});

test("a scan stops waiting when its import is cancelled", async () => {
  const { id } = await receiveBytes(context, "sku,name\nA,One\n");
  await requestCancel(pool, id);
  await expect(scratchSpace({ ...context, disk: diskWith(100) }, id, signal)(5000)).rejects.toThrow(ScanOver);
});
