// Scores how well words fit an encoding of single bytes: the logarithm of the probability that a text of one of the encoding's
// languages contains these letters, next to these neighbours. Only bytes above 7F count, because the others are ASCII in every
// candidate. The bytes are the same for every candidate, so the scores can be compared.
import { LETTERS, type Language } from "./letter-statistics.ts";

interface Letter {
  /** Logarithm of the letter's share among the language's letters outside of ASCII. */
  log: number;
  /** The letters that occur before and after the letter; _ is the end of a word. */
  before: string;
  after: string;
}

const NO_CHARACTER = -14;
const FOREIGN_LETTER = -9;
const FREQUENT_SYMBOL = -2;
const COMMON_SYMBOL = -3.5;
const RARE_SYMBOL = -8;
/** A symbol between two letters, as in `M„rz`. */
const SYMBOL_IN_WORD = -10;
/** Score of block graphics and of characters in a private use area. */
const GRAPHIC = -12;
const KNOWN_NEIGHBOUR = 0.4;
const UNKNOWN_NEIGHBOUR = -1.6;
/** A letter at an unlikely change of case: `B` in `aB`, `B` and `c` in `ABc`. */
const CAPITAL_IN_WORD = -5;
const CAPITAL = -0.7;
/** Letters of two scripts side by side. */
const MIXED_SCRIPTS = -6;

const FREQUENT_SYMBOLS = new Set("€°µ²³½×±®™–“”„’");
const COMMON_SYMBOLS = new Set("«»“”„‘’–—…€£°®©™×±²³½¼¾§·•\u00a0ºª¿¡№µ‰ß");
/** Symbols that occur between two letters. */
const INNER_SYMBOLS = new Set("’·\u00ad\u00a0–");
/** Symbols that occur directly beside a letter. */
const JOINING_SYMBOLS = new Set("’·\u00ad²³ºª™®µ°½¼¾\u00a0–§");
const OPENING_SYMBOLS = new Set("«„“‘¿¡”");
const CLOSING_SYMBOLS = new Set("»“”’‘…—");

const LANGUAGES = new Map<Language, ReadonlyMap<string, Letter>>();

function lettersOf(language: Language): ReadonlyMap<string, Letter> {
  const known = LANGUAGES.get(language);
  if (known !== undefined) return known;
  const letters = new Map<string, Letter>();
  for (const entry of LETTERS[language].split("|")) {
    const [weight = "", before = "", after = ""] = entry.split(" ");
    const [letter = ""] = weight;
    letters.set(letter, { log: Number(weight.slice(letter.length)) / -10, before, after });
  }
  LANGUAGES.set(language, letters);
  return letters;
}

/** The properties of a decoded character that its score depends on. */
interface Glyph {
  lower: string;
  is_letter: boolean;
  is_capital: boolean;
  is_latin: boolean;
}

const GLYPHS = new Map<string, Glyph>();

function glyphOf(character: string): Glyph {
  const known = GLYPHS.get(character);
  if (known !== undefined) return known;
  const lower = toLower(character);
  const glyph = {
    lower,
    is_letter: /[\p{L}\p{M}]/u.test(character) && !/[ºªµ]/.test(character),
    is_capital: lower !== character,
    is_latin: /\p{Script=Latin}/u.test(character),
  };
  GLYPHS.set(character, glyph);
  return glyph;
}

const CEDILLAS: Readonly<Record<string, string>> = { ș: "ş", ț: "ţ", İ: "i", ς: "ς" };
const toLower = (character: string): string => {
  const lower = character === "İ" ? "İ" : character.toLowerCase();
  return CEDILLAS[lower] ?? lower;
};

/** The characters of a word; `\0` for a byte without a character. */
export function decodeWord(word: Uint8Array, table: Uint16Array): string[] {
  return Array.from(word, (byte) => String.fromCharCode(byte < 0x80 ? byte : (table[byte - 0x80] as number)));
}

/** Scores the words in each of the languages and returns the highest score. All words are scored in the same language. */
export function scoreWords(words: readonly (readonly string[])[], languages: readonly Language[]): number {
  let shared = 0;
  const scores = languages.map(() => 0);
  for (const word of words) {
    for (let at = 0; at < word.length; at++) {
      const character = word[at] as string;
      if (character >= "\x01" && character < "\x80") continue;
      const glyph = glyphOf(character);
      if (!glyph.is_letter) {
        shared += scoreSymbol(word, at);
        continue;
      }
      shared += scoreForm(word, at, glyph);
      const before = neighbour(word[at - 1]);
      const after = neighbour(word[at + 1]);
      for (const [index, language] of languages.entries())
        (scores[index] as number) += scoreLetter(lettersOf(language).get(glyph.lower), before, after);
    }
  }
  return shared + Math.max(...scores);
}

function neighbour(character: string | undefined): string {
  if (character === undefined) return "_";
  const { is_letter: isLetter, lower } = glyphOf(character);
  return isLetter ? lower : "_";
}

function scoreLetter(letter: Letter | undefined, before: string, after: string): number {
  if (letter === undefined) return FOREIGN_LETTER;
  return (
    letter.log +
    (letter.before.includes(before) ? KNOWN_NEIGHBOUR : UNKNOWN_NEIGHBOUR) +
    (letter.after.includes(after) ? KNOWN_NEIGHBOUR : UNKNOWN_NEIGHBOUR)
  );
}

/** Scores whether the capital letters in the word, and its mix of scripts such as Latin and Greek, are plausible. */
function scoreForm(word: readonly string[], at: number, { is_capital: isCapital, is_latin: isLatin }: Glyph): number {
  const before = letterAt(word, at - 1);
  const after = letterAt(word, at + 1);
  let score = isCapital ? CAPITAL : 0;
  if (isCapital && before !== undefined) {
    if (!before.is_capital) score += CAPITAL_IN_WORD;
    else if (after !== undefined && !after.is_capital) score += CAPITAL_IN_WORD;
  }
  if (!isCapital && before?.is_capital === true && letterAt(word, at - 2)?.is_capital === true)
    score += CAPITAL_IN_WORD;
  if ((before !== undefined && before.is_latin !== isLatin) || (after !== undefined && after.is_latin !== isLatin))
    score += MIXED_SCRIPTS;
  return score;
}

function letterAt(word: readonly string[], at: number): Glyph | undefined {
  const character = word[at];
  if (character === undefined) return undefined;
  const glyph = glyphOf(character);
  return glyph.is_letter ? glyph : undefined;
}

function scoreSymbol(word: readonly string[], at: number): number {
  const character = word[at] as string;
  if (character === "\0") return NO_CHARACTER;
  if (/[\u2500-\u25ff\ue000-\uf8ff]/.test(character)) return GRAPHIC;
  const isInWord = letterAt(word, at - 1) !== undefined && letterAt(word, at + 1) !== undefined;
  if (isInWord && !INNER_SYMBOLS.has(character)) return SYMBOL_IN_WORD;
  const isOutOfPlace =
    (letterAt(word, at - 1) !== undefined && !CLOSING_SYMBOLS.has(character)) ||
    (letterAt(word, at + 1) !== undefined && !OPENING_SYMBOLS.has(character));
  if (isOutOfPlace && !JOINING_SYMBOLS.has(character)) return RARE_SYMBOL;
  if (FREQUENT_SYMBOLS.has(character)) return FREQUENT_SYMBOL;
  return COMMON_SYMBOLS.has(character) ? COMMON_SYMBOL : RARE_SYMBOL;
}
