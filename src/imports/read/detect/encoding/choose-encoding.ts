// Chooses the encoding of a text that is neither ASCII nor UTF-8 nor UTF-16: the one in which its words are most probable.
import { cutText } from "../../../../../contract/faults.ts";
import type { Encoding } from "../../../../../contract/imports/import-names.ts";
import { byteTable, createDecoder, type SingleByte } from "../../text/decoders.ts";
import type { Language } from "./letter-statistics.ts";
import { isWordByte, wordsOf } from "./sample.ts";
import { decodeWord, scoreWords } from "./score-bytes.ts";
import { scoreCharacters, type EastAsian } from "./score-characters.ts";

const WEST = ["west", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "fi", "is", "ca", "ga", "fo"] as const;
const CENTRAL = ["central", "pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq"] as const;
const BALTIC = ["baltic", "lt", "lv", "et"] as const;
const CYRILLIC = ["ru", "uk", "bg", "sr", "mk", "be"] as const;

interface Candidate {
  /** Logarithm of how frequent files in this encoding are, compared with windows-1252. */
  prior: number;
  languages: readonly Language[];
}

/**
 * The encodings that are detected. The sender has to specify any other encoding, because its text is nearly always valid in one of these
 * encodings too.
 */
const SINGLE_BYTE: Partial<Record<SingleByte, Candidate>> = {
  "windows-1252": { prior: 0, languages: WEST },
  "windows-1250": { prior: -3, languages: CENTRAL },
  "windows-1251": { prior: -2, languages: CYRILLIC },
  "windows-1253": { prior: -3, languages: ["el"] },
  "windows-1254": { prior: -3, languages: ["tr"] },
  "windows-1255": { prior: -3, languages: ["he"] },
  "windows-1256": { prior: -3, languages: ["ar", "fa"] },
  "windows-1257": { prior: -4, languages: BALTIC },
  "windows-874": { prior: -3, languages: ["th"] },
  "iso-8859-2": { prior: -4, languages: CENTRAL },
  "iso-8859-5": { prior: -6, languages: CYRILLIC },
  "iso-8859-6": { prior: -6, languages: ["ar"] },
  "iso-8859-7": { prior: -4, languages: ["el"] },
  "iso-8859-8": { prior: -5, languages: ["he"] },
  "iso-8859-13": { prior: -6, languages: BALTIC },
  "iso-8859-15": { prior: -4, languages: WEST },
  cp850: { prior: -3, languages: WEST },
  cp858: { prior: -5, languages: WEST },
  cp437: { prior: -5, languages: WEST },
  cp852: { prior: -5, languages: CENTRAL },
  ibm866: { prior: -4, languages: CYRILLIC },
  "koi8-r": { prior: -5, languages: ["ru", "bg"] },
  "koi8-u": { prior: -6, languages: ["uk"] },
  macintosh: { prior: -4, languages: WEST },
  "x-mac-cyrillic": { prior: -6, languages: CYRILLIC },
};

const EAST_ASIAN: Record<EastAsian, number> = { shift_jis: -2, "euc-jp": -4, gb18030: -2, big5: -2, "euc-kr": -2 };

/** An encoding other than the chosen one in which the text is plausible, with lines that it decodes differently. */
export interface Alternative {
  encoding: Encoding;
  samples: string[];
}

export interface Choice {
  encoding: Encoding;
  /** Lines in the chosen encoding that the alternatives decode differently. */
  samples: string[];
  /** The next most probable encodings that give different text, most probable first. */
  alternatives: Alternative[];
  /** How many of the alternatives are about as probable as the chosen encoding. */
  doubts: number;
}

/**
 * Minimum difference of two scores (natural logarithms) that decides between two encodings. Measured in docs/decisions/0042-encodings.md.
 * The minimum for windows-1252 is lower, so that text of its languages with only one or two accents does not lead to a question.
 */
const DECISIVE = 5;
const DECISIVE_WINDOWS_1252 = 2.4;
const MAX_ALTERNATIVES = 3;
const MAX_SAMPLES = 3;
const MAX_SAMPLE_CHARACTERS = 100;

/** Chooses the encoding of lines that contain bytes above 7F. */
export function chooseEncoding(lines: readonly Buffer[]): Choice {
  const ranked = rankEncodings(lines);
  const best = ranked[0] as Scored;
  const decoded = lines.map((line) => decodeLine(line, best.encoding));
  const alternatives: Alternative[] = [];
  let samples: string[] = [];
  let doubts = 0;
  const decisive = best.encoding === "windows-1252" ? DECISIVE_WINDOWS_1252 : DECISIVE;
  for (const { encoding, score } of ranked.slice(1)) {
    if (alternatives.length === MAX_ALTERNATIVES) break;
    const differing = lines.flatMap((line, index) => {
      const other = decodeLine(line, encoding);
      return other === decoded[index] ? [] : [{ other, chosen: decoded[index] as string }];
    });
    const isKnown = alternatives.some(({ samples: known }) => known.join() === samplesOf(differing, "other").join());
    if (differing.length === 0 || isKnown) continue;
    alternatives.push({ encoding, samples: samplesOf(differing, "other") });
    if (samples.length === 0) samples = samplesOf(differing, "chosen");
    if (best.score - score < decisive) doubts++;
  }
  return { encoding: best.encoding, samples, alternatives, doubts };
}

function samplesOf<Key extends string>(lines: readonly Record<Key, string>[], key: Key): string[] {
  return lines.slice(0, MAX_SAMPLES).map((line) => cutText(line[key], MAX_SAMPLE_CHARACTERS));
}

interface Scored {
  encoding: Encoding;
  score: number;
}

/** Returns the candidate encodings, best first. */
export function rankEncodings(lines: readonly Buffer[]): Scored[] {
  const words = wordsOf(lines, isWordByte);
  const tokens = wordsOf(lines, isTokenByte);
  const scored: Scored[] = [];
  for (const [encoding, { prior, languages }] of Object.entries(SINGLE_BYTE) as [SingleByte, Candidate][]) {
    const table = byteTable(encoding);
    const score = scoreWords(
      words.map((word) => decodeWord(word, table)),
      languages,
    );
    scored.push({ encoding, score: prior + score });
  }
  for (const [encoding, prior] of Object.entries(EAST_ASIAN) as [EastAsian, number][]) {
    const score = tokens.reduce((sum, token) => sum + scoreCharacters(decodeLine(token, encoding), encoding), prior);
    scored.push({ encoding, score });
  }
  return scored.sort((a, b) => b.score - a.score);
}

/** The bytes that a character of East Asia consists of. */
const isTokenByte = (byte: number): boolean => byte >= 0x40;

function decodeLine(line: Buffer, encoding: Encoding): string {
  const decoder = createDecoder(encoding);
  return Buffer.concat([decoder.decode(line), decoder.end()]).toString();
}
