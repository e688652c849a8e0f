// PostgreSQL's log: a file, not a pipe to us. PostgreSQL must neither wait for our event loop nor lose its last words when we die.
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError } from "./account.ts";

const MAX_BYTES = 10 * 1024 ** 2;
const TAIL_BYTES = 16_384;

export const logPath = (dataDir: string): string => join(dataDir, "postgresql.log");
export const oldLogPath = (dataDir: string): string => `${logPath(dataDir)}.1`;

/** A descriptor that appends, for PostgreSQL's output. */
export function openLog(dataDir: string): number {
  const path = logPath(dataDir);
  const found = statSync(path, { throwIfNoEntry: false });
  // Opening a pipe would wait for its reader.
  if (found !== undefined && !found.isFile())
    throw new EmbeddedError(
      `${path} is not a file, so PostgreSQL cannot write its log there. Remove it and start again.`,
    );
  if ((found?.size ?? 0) > MAX_BYTES) renameSync(path, oldLogPath(dataDir));
  return openSync(path, "a", 0o600);
}

/** Moves the log away once it is too long, while PostgreSQL writes to it: its descriptor appends, so after a cut it writes at the
 * new end. Lines that are written between copy and cut are lost. */
export async function boundLog(dataDir: string, maxBytes = MAX_BYTES): Promise<void> {
  const path = logPath(dataDir);
  if ((await stat(path)).size <= maxBytes) return;
  // On a full disk the log has to become shorter, even where there is no room for a copy.
  await copyFile(path, oldLogPath(dataDir)).catch(() => rm(oldLogPath(dataDir), { force: true }));
  await truncate(path, 0);
}

/** The last lines, for an error's message. */
export function readLogTail(dataDir: string): string {
  const file = openSync(logPath(dataDir), "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString("utf8", 0, length).trimEnd().split("\n");
    return `${lines.slice(-10).join("\n")}\n(all of it: ${logPath(dataDir)})`;
  } finally {
    closeSync(file);
  }
}
