// PostgreSQL's log. PostgreSQL writes to a file, not to a pipe. With a pipe, PostgreSQL would wait for our event loop, and its last lines
// would be lost when this process dies.
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError } from "./cluster/account.ts";

const MAX_BYTES = 10 * 1024 ** 2;
const TAIL_BYTES = 16_384;

export const logPath = (dataDir: string): string => join(dataDir, "postgresql.log");
export const oldLogPath = (dataDir: string): string => `${logPath(dataDir)}.1`;

/** Opens the log for PostgreSQL's output, in append mode. */
export function openLog(dataDir: string): number {
  const path = logPath(dataDir);
  const found = statSync(path, { throwIfNoEntry: false });
  // Check the type first: if this is a named pipe, opening it would block until another process reads from it.
  if (found !== undefined && !found.isFile())
    throw new EmbeddedError(
      `${path} is not a file, so PostgreSQL cannot write its log there. Delete it and start again.`,
    );
  if ((found?.size ?? 0) > MAX_BYTES) renameSync(path, oldLogPath(dataDir));
  return openSync(path, "a", 0o600);
}

/** If the log is too long, copies and truncates the file. PostgreSQL can write meanwhile: it appends, so its next line goes to the new end
 * of the file. Lines written between the copy and the truncation are lost. */
export async function boundLog(dataDir: string, maxBytes = MAX_BYTES): Promise<void> {
  const path = logPath(dataDir);
  if ((await stat(path)).size <= maxBytes) return;
  // On a full disk, the log must become shorter even if there is no space for a copy.
  await copyFile(path, oldLogPath(dataDir)).catch(() => rm(oldLogPath(dataDir), { force: true }));
  await truncate(path, 0);
}

/** Returns the last ten lines of the log, for an error message. */
export function readLogTail(dataDir: string): string {
  const file = openSync(logPath(dataDir), "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString("utf8", 0, length).trimEnd().split("\n");
    return `${lines.slice(-10).join("\n")}\n(whole log: ${logPath(dataDir)})`;
  } finally {
    closeSync(file);
  }
}
