// Detects the encoding of a file: UTF-8 and UTF-16 by the pattern of their bytes, any other encoding by the letters to which it decodes the
// bytes.
import { isAscii, isUtf8 } from "node:buffer";
import type { Encoding } from "../../../../contract/imports/import-names.ts";
import { Problem } from "../../../../contract/problems.ts";
import { CR, LF } from "../field-end.ts";
import { chooseEncoding, type Alternative, type Choice } from "./encoding/choose-encoding.ts";
import { addLines, createSample, type Sample } from "./encoding/sample.ts";

export interface DetectedEncoding {
  encoding: Encoding;
  /** The next most probable encodings that give different text; undefined for UTF-8 and UTF-16, which are detected with certainty. */
  alternatives?: Alternative[];
  /** The question to ask if the evidence does not decide between encodings that give different letters. */
  doubt?: Problem;
}

/** Counts and a sample of a file's bytes, from its head or from all of its chunks. */
export interface EncodingEvidence {
  /** Number of UTF-8 characters above 7F. */
  valid: number;
  /** Number of bytes above 7F that are not part of a UTF-8 character. */
  invalid: number;
  sample: Sample;
}

export const noEvidence = (): EncodingEvidence => ({ valid: 0, invalid: 0, sample: createSample() });

/** After this many non-ASCII characters, valid and invalid characters are no longer counted. */
const MAX_COUNTED = 1_000_000;

/** Adds a chunk to the evidence. @param isEnd whether an incomplete character at the end of the chunk is an error */
export function addEvidence(evidence: EncodingEvidence, chunk: Buffer, isEnd: boolean): void {
  if (isAscii(chunk)) return;
  const text = isEnd ? chunk : chunk.subarray(0, chunk.length - cutCharacterBytes(chunk));
  if (evidence.valid + evidence.invalid < MAX_COUNTED) {
    const { valid, invalid } = countSequences(text);
    evidence.valid += valid;
    evidence.invalid += invalid;
  }
  // The sample serves to choose between encodings other than UTF-8. Do not extend it while most characters above 7F are valid UTF-8.
  if (evidence.invalid >= evidence.valid) addLines(evidence.sample, chunk);
}

/**
 * Detects an encoding that can be recognized by its form: by a byte order mark, by the zero bytes of UTF-16, or by the escape sequences
 * of ISO-2022-JP.
 */
export function detectByForm(head: Buffer): Encoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  if (isAscii(head) && (head.includes("\x1b$B") || head.includes("\x1b$@"))) return "iso-2022-jp";
  return detectUtf16(head);
}

/** @param whole whether `head` is the whole file. If it is, an incomplete character at its end is an error */
export function detectEncoding(head: Buffer, whole: boolean): DetectedEncoding {
  const formed = detectByForm(head);
  if (formed !== undefined) return { encoding: formed };
  const evidence = noEvidence();
  addEvidence(evidence, head, whole);
  return judgeEvidence(evidence);
}

/** Whether `head`, the beginning of a file, contains more UTF-8 characters above 7F than invalid bytes. False for pure ASCII. A
 * character that the end of `head` cuts off does not count. */
export function isUtf8Text(head: Buffer): boolean {
  const evidence = noEvidence();
  addEvidence(evidence, head, false);
  return evidence.valid > evidence.invalid;
}

/** Returns the encoding that the evidence shows. */
export function judgeEvidence({ valid, invalid, sample }: EncodingEvidence): DetectedEncoding {
  // A mostly valid UTF-8 file stays UTF-8: only the records with invalid bytes are rejected. In another encoding, every character
  // above 7F in the file would be wrong.
  if (invalid === 0 || valid > invalid) return { encoding: "utf-8" };
  const choice = chooseEncoding(sample.lines);
  const { encoding, alternatives, doubts } = choice;
  return { encoding, alternatives, ...(doubts === 0 ? {} : { doubt: encodingInDoubt(choice) }) };
}

function encodingInDoubt({ encoding, samples, alternatives, doubts }: Choice): Problem {
  const doubtful = alternatives.slice(0, doubts);
  const candidates = [
    { value: encoding, samples },
    ...doubtful.map((other) => ({ value: other.encoding, samples: other.samples })),
  ];
  const shown = candidates.map(({ value, samples: [sample = ""] }) => `${value} ("${sample}")`);
  return new Problem(
    "encoding-in-doubt",
    `The file's encoding cannot be detected with certainty: it may be ${shown.join(" or ")}. Choose the encoding in which the text is right.`,
    { extra: { option: "encoding", candidates } },
  );
}

/** Detects UTF-16 without a byte order mark: its line ends and delimiters are pairs of a zero byte and an ASCII byte. */
function detectUtf16(head: Buffer): Encoding | undefined {
  const pairs = Math.min(head.length, 65_536) >> 1;
  let big = 0;
  let little = 0;
  let bigLineEnds = 0;
  let littleLineEnds = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const first = head[pair * 2] as number;
    const second = head[pair * 2 + 1] as number;
    if (first === 0 && second !== 0) {
      big++;
      if (second === LF || second === CR) bigLineEnds++;
    } else if (second === 0 && first !== 0) {
      little++;
      if (first === LF || first === CR) littleLineEnds++;
    }
  }
  // In a UTF-16 file of any script, at least a tenth of the characters are delimiters, digits and line ends, which have a zero byte.
  // Nearly all zero bytes are then at odd offsets (little-endian) or at even offsets (big-endian). In a file that is not UTF-16, stray
  // zero bytes occur equally often at both.
  if (little > pairs / 10 && little > big * 20 && (littleLineEnds > 0 || little > pairs / 2)) return "utf-16le";
  if (big > pairs / 10 && big > little * 20 && (bigLineEnds > 0 || big > pairs / 2)) return "utf-16be";
  return undefined;
}

/** Returns the number of bytes at the end of the head that belong to an incomplete UTF-8 character. */
export function cutCharacterBytes(head: Buffer): number {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

/** Counts the multi-byte characters, and the bytes that are not part of a valid character. */
function countSequences(text: Buffer): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let pos = 0; pos < text.length;) {
    const length = sequenceLength(text[pos] as number);
    if (length === 1) {
      pos++;
    } else if (length > 1 && isContinued(text, pos, length) && isUtf8(text.subarray(pos, pos + length))) {
      valid++;
      pos += length;
    } else {
      invalid++;
      pos++;
    }
  }
  return { valid, invalid };
}

/** A cheap test before the exact test, which is a native call: for most invalid characters, the cheap test is enough. */
const isContinued = (text: Buffer, pos: number, length: number): boolean =>
  ((text[pos + 1] ?? 0) & 0xc0) === 0x80 && ((text[pos + length - 1] ?? 0) & 0xc0) === 0x80;

/** Returns the length of the UTF-8 character that starts with this byte, or 0 if no character starts with it. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}
