// A sample of a file's lines with bytes above 7F. The encoding of the file is detected from this sample.
import { isAscii } from "node:buffer";
import { CR, LF } from "../../field-end.ts";

/** Maximum number of bytes in a sample. */
const MAX_SAMPLE_BYTES = 65_536;
/** Maximum number of bytes of each line in a sample. */
const MAX_LINE_BYTES = 2000;
/** Maximum number of bytes of the file in which lines for the sample are searched. Limits the time that a large file takes. */
const MAX_SEARCHED_BYTES = 32 << 20;
const MAX_WORDS = 1500;
const MAX_WORD_BYTES = 60;

export interface Sample {
  lines: Buffer[];
  /** The words in `lines` that contain a byte above 7F. */
  words: Set<string>;
  bytes: number;
  searched: number;
}

export const createSample = (): Sample => ({ lines: [], words: new Set(), bytes: 0, searched: 0 });

/** Adds each line of a chunk that contains a word with a byte above 7F, unless the sample already contains all such words of the line.
 * The sample thus represents the whole file. The chunk is split at CR and LF, because none of the detectable encodings uses these bytes
 * within a character. */
export function addLines(sample: Sample, chunk: Buffer): void {
  for (let from = 0; from < chunk.length && sample.bytes < MAX_SAMPLE_BYTES;) {
    if (sample.searched > MAX_SEARCHED_BYTES) return;
    const to = lineEnd(chunk, from);
    const line = chunk.subarray(from, Math.min(to, from + MAX_LINE_BYTES));
    sample.searched += to - from;
    from = to + 1;
    if (line.length === 0 || isAscii(line)) continue;
    const known = sample.words.size;
    for (const word of wordsOf([line], isWordByte)) sample.words.add(word.toString("latin1"));
    if (sample.words.size === known) continue;
    sample.lines.push(Buffer.from(line));
    sample.bytes += line.length;
  }
}

/** Whether the byte can be part of a word, which consists of letters and digits, in an encoding with one byte per character. */
export const isWordByte = (byte: number): boolean =>
  byte > 0x7f || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);

function lineEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) if (chunk[at] === LF || chunk[at] === CR) return at;
  return chunk.length;
}

/** Finds words, which are runs of bytes for which `isPart` is true, and returns each word that contains a byte above 7F. A word that
 * repeats is returned once, because repeating it adds no evidence. */
export function wordsOf(lines: readonly Buffer[], isPart: (byte: number) => boolean): Buffer[] {
  const words = new Map<string, Buffer>();
  for (const line of lines) {
    for (let from = 0; from < line.length; from++) {
      let to = from;
      let isHigh = false;
      for (; to < line.length && to - from < MAX_WORD_BYTES && isPart(line[to] as number); to++)
        if ((line[to] as number) > 0x7f) isHigh = true;
      if (isHigh) words.set(line.toString("latin1", from, to), line.subarray(from, to));
      if (words.size >= MAX_WORDS) return [...words.values()];
      if (to - from === MAX_WORD_BYTES) to--;
      from = to;
    }
  }
  return [...words.values()];
}
