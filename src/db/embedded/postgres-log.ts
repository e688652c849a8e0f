// PostgreSQL's log: a file, not a pipe to us. PostgreSQL must neither wait for our event loop nor lose its last words when we die.
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { copyFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError } from "./account.ts";

const MAX_BYTES = 10 * 1024 ** 2;
const TAIL_BYTES = 16_384;

export const logPath = (data_dir: string): string => join(data_dir, "postgresql.log");
export const oldLogPath = (data_dir: string): string => `${logPath(data_dir)}.1`;

/** A descriptor that appends, for PostgreSQL's output. */
export function openLog(data_dir: string): number {
  const path = logPath(data_dir);
  const found = statSync(path, { throwIfNoEntry: false });
  // Opening a pipe would wait for its reader.
  if (found !== undefined && !found.isFile())
    throw new EmbeddedError(
      `${path} is not a file, so PostgreSQL cannot write its log there. Remove it and start again.`,
    );
  if ((found?.size ?? 0) > MAX_BYTES) renameSync(path, oldLogPath(data_dir));
  return openSync(path, "a", 0o600);
}

/** Moves the log away once it is too long, while PostgreSQL writes to it: its descriptor appends, so after a cut it writes at the
 * new end. Lines that are written between copy and cut are lost. */
export async function boundLog(data_dir: string, max_bytes = MAX_BYTES): Promise<void> {
  const path = logPath(data_dir);
  if ((await stat(path)).size <= max_bytes) return;
  // On a full disk the log has to become shorter, even where there is no room for a copy.
  await copyFile(path, oldLogPath(data_dir)).catch(() => rm(oldLogPath(data_dir), { force: true }));
  await truncate(path, 0);
}

/** The last lines, for an error's message. */
export function readLogTail(data_dir: string): string {
  const file = openSync(logPath(data_dir), "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString("utf8", 0, length).trimEnd().split("\n");
    return `${lines.slice(-10).join("\n")}\n(all of it: ${logPath(data_dir)})`;
  } finally {
    closeSync(file);
  }
}
