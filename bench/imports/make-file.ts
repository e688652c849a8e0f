// Generates files for measurements. Files with the same name are identical on every machine.
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";

const FILES_DIR = join(import.meta.dirname, "../.data");
const WORDS =
  "art community floor lay raise best end page song every glass modern market shoulder number water bank".split(" ");

export interface Random {
  /** Returns an integer from 0 up to, but not including, `below`. */
  below: (below: number) => number;
  pick: (texts: readonly string[]) => string;
  /** Returns words that are separated by blanks. */
  words: (count: number) => string;
}

/** A small linear congruential generator (constants of Numerical Recipes). */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  const pick = (texts: readonly string[]): string => texts[below(texts.length)] as string;
  return { below, pick, words: (count) => Array.from({ length: count }, () => pick(WORDS)).join(" ") };
}

export interface FileParts {
  head?: string;
  /** Returns the text of a record, with its line end. */
  record: (row: number, random: Random) => string;
  tail?: string;
}

/** Writes a file with `rows` records unless it exists. @returns its path */
export const makeFile = (rows: number, name: string, parts: FileParts): Promise<string> =>
  makeOnce(rows, name, (path, random) => writeText(path, { rows, random }, parts));

/** Calls `write` unless the file exists. @returns the path of the file */
export async function makeOnce(
  rows: number,
  name: string,
  write: (path: string, random: Random) => Promise<void>,
): Promise<string> {
  await mkdir(FILES_DIR, { recursive: true });
  const path = join(FILES_DIR, `${rows}-${name}`);
  if ((await stat(path).catch(() => undefined)) === undefined) await write(path, createRandom(rows));
  return path;
}

async function writeText(
  path: string,
  { rows, random }: { rows: number; random: Random },
  { head = "", record, tail = "" }: FileParts,
): Promise<void> {
  const out = createWriteStream(path);
  let text = head;
  for (let row = 0; row < rows; row++) {
    text += record(row, random);
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
  out.end(text + tail);
  await once(out, "finish");
}
