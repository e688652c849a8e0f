// Detects the dialect of a file on disk, from its head or, if the head does not show the encoding, from the whole file.
import { isAscii } from "node:buffer";
import { open, type FileHandle } from "node:fs/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { CR, LF } from "../field-end.ts";
import { HEAD_BYTES } from "../read-records.ts";
import { readFully } from "../text/text-file.ts";
import { detectDialect } from "./detect-dialect.ts";
import {
  addEvidence,
  detectByForm,
  detectEncoding,
  isUtf8Text,
  judgeEvidence,
  noEvidence,
  type DetectedEncoding,
} from "./detect-encoding.ts";

/** Number of bytes that are searched for evidence of the encoding in one step. */
const WINDOW_BYTES = 1_048_576;

/**
 * Detects the dialect of the file at `path` from its head. Detects the encoding from the whole file if the head is ASCII, or neither UTF-8
 * nor UTF-16. Throws the file system's errors.
 * @throws Problem encoding-in-doubt
 */
export async function detectFile(path: string, overrides: DialectOverrides, signal?: AbortSignal): Promise<Dialect> {
  const file = await open(path);
  try {
    const { head, is_whole: isWhole } = await readHeadOf(file);
    if (overrides.encoding !== undefined) return detectDialect(head, isWhole, overrides);
    const formed = detectByForm(head);
    const detected =
      formed !== undefined || isWhole || isUtf8Text(head)
        ? detectEncoding(head, isWhole)
        : await detectInWholeFile(file, signal);
    if (detected.doubt !== undefined) throw detected.doubt;
    return detectDialect(head, isWhole, overrides, detected);
  } finally {
    await file.close();
  }
}

/** Detects the dialect from the head alone, for a file that may still be arriving. `is_proven` is false if the encoding is only a guess:
 * the head is pure ASCII, but a later part of the file may show an encoding other than UTF-8. */
export async function detectHeadOf(
  path: string,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; is_proven: boolean }> {
  const file = await open(path);
  try {
    const { head, is_whole: isWhole } = await readHeadOf(file);
    const dialect = detectDialect(head, isWhole, overrides);
    const isProven = overrides.encoding !== undefined || dialect.encoding !== "utf-8" || !isAscii(head);
    return { dialect, is_proven: isProven };
  } finally {
    await file.close();
  }
}

async function readHeadOf(file: FileHandle): Promise<{ head: Buffer; is_whole: boolean }> {
  const { size } = await file.stat();
  const head = Buffer.allocUnsafe(Math.min(HEAD_BYTES, size));
  const length = await readFully(file, head, 0, 0);
  return { head: head.subarray(0, length), is_whole: length === size };
}

async function detectInWholeFile(file: FileHandle, signal: AbortSignal | undefined): Promise<DetectedEncoding> {
  const evidence = noEvidence();
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (let offset = 0; ;) {
    signal?.throwIfAborted();
    const length = await readFully(file, window, 0, offset);
    const isEnd = length < window.length;
    const chunk = window.subarray(0, isEnd ? length : lastLineEnd(window));
    addEvidence(evidence, chunk, isEnd);
    if (isEnd) return judgeEvidence(evidence);
    offset += chunk.length;
  }
}

/** Returns the offset after the last line end. If there is no line end, returns the length, so that the chunk ends within a line. */
function lastLineEnd(bytes: Buffer): number {
  const end = Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1;
  return end === 0 ? bytes.length : end;
}
