// Scores how well text fits an encoding of East Asia, in which most characters have two bytes.
import { createDecoder } from "../../text/decoders.ts";
import { CHARACTERS } from "./letter-statistics.ts";

export type EastAsian = "shift_jis" | "euc-jp" | "gb18030" | "big5" | "euc-kr";

const FREQUENT: Record<EastAsian, ReadonlySet<string>> = {
  shift_jis: new Set(CHARACTERS.ja),
  "euc-jp": new Set(CHARACTERS.ja),
  gb18030: new Set(CHARACTERS.zh_hans),
  big5: new Set(CHARACTERS.zh_hant),
  "euc-kr": new Set(CHARACTERS.ko),
};

/** Scores are logarithms of probabilities. A character of these encodings has two bytes. An encoding with one byte per letter reads two
 * letters instead, so the score of the character is compared with the sum of the scores of two letters. */
const NO_CHARACTER = -14;
const FREQUENT_CHARACTER = -5.5;
const COMMON_CHARACTER = -8;
const SELDOM_CHARACTER = -11;
const PUNCTUATION = -5;
const RARE_CHARACTER = -13;

/** The first bytes of the characters that the standard of each country lists as common. */
const COMMON_LEADS: Record<EastAsian, { from: number; to: number }> = {
  shift_jis: { from: 0x88, to: 0x97 },
  "euc-jp": { from: 0xb0, to: 0xce },
  gb18030: { from: 0xb0, to: 0xd7 },
  big5: { from: 0xa4, to: 0xc5 },
  "euc-kr": { from: 0xb0, to: 0xc8 },
};

const COMMON = new Map<EastAsian, ReadonlySet<string>>();

function commonCharacters(encoding: EastAsian): ReadonlySet<string> {
  const known = COMMON.get(encoding);
  if (known !== undefined) return known;
  const { from, to } = COMMON_LEADS[encoding];
  const bytes: number[] = [];
  for (let lead = from; lead <= to; lead++)
    for (let trail = encoding === "shift_jis" || encoding === "big5" ? 0x40 : 0xa1; trail < 0xff; trail++)
      if (trail < 0x7f || trail > 0xa0 || (encoding === "shift_jis" && trail > 0x7f)) bytes.push(lead, trail, 0x20);
  const common = new Set(createDecoder(encoding).decode(Buffer.from(bytes)).toString());
  COMMON.set(encoding, common);
  return common;
}

/** Returns the score of a decoded text, in which bytes without a character are U+FFFD. */
export function scoreCharacters(text: string, encoding: EastAsian): number {
  let score = 0;
  const frequent = FREQUENT[encoding];
  const common = commonCharacters(encoding);
  for (const character of text) {
    if (character < "\x80") continue;
    if (character === "\ufffd") score += NO_CHARACTER;
    else if (frequent.has(character)) score += FREQUENT_CHARACTER;
    else if (common.has(character)) score += COMMON_CHARACTER;
    else score += scoreByBlock(character, encoding);
  }
  return score;
}

function scoreByBlock(character: string, encoding: EastAsian): number {
  const isJapanese = encoding === "shift_jis" || encoding === "euc-jp";
  if (/[\u3040-\u30ff]/.test(character)) return isJapanese ? -5 : RARE_CHARACTER;
  if (/[\uac00-\ud7a3]/.test(character)) return encoding === "euc-kr" ? SELDOM_CHARACTER : RARE_CHARACTER;
  if (/[\u4e00-\u9fff]/.test(character)) return encoding === "euc-kr" ? RARE_CHARACTER : SELDOM_CHARACTER;
  if (/[\u3000-\u303f\uff01-\uff5e\u2010-\u2027]/.test(character)) return PUNCTUATION;
  // These half-width characters have one byte in Shift_JIS, so text of many other encodings is valid Shift_JIS that consists of these
  // characters.
  if (/[\uff61-\uff9f]/.test(character)) return encoding === "shift_jis" ? -5.5 : -8;
  if (/[①-⑳㈱№℃㎜㎝㎏℡ⅰ-ⅹⅠ-Ⅹ×○●△▲□■◇◆☆★→←↑↓～℃‰§]/.test(character)) return -7;
  return RARE_CHARACTER;
}
