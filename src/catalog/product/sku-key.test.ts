import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { skuKey, trimWhiteSpace, writeSkuKey } from "./sku-key.ts";
import { runs } from "../../../tests/support/random-runs.ts";

/** Spellings of SKUs and the expected keys. */
const KEYS: [spelling: string, key: string][] = [
  ["ABC", "abc"],
  ["abc", "abc"],
  [" abc ", "abc"],
  ["\tABC\r\n", "abc"],
  ["a b  c", "a b  c"],
  ["0017", "0017"],
  ["17", "17"],
  ["1E5", "1e5"],
  ["90.750", "90.750"],
  ["123456789012345678", "123456789012345678"],
  ["É", "\u00e9"],
  ["é", "\u00e9"],
  ["E\u0301", "\u00e9"],
  ["e\u0301", "\u00e9"],
  ["ß", "ß"],
  ["\u1e9e", "ß"], // the capital sharp s
  ["SS", "ss"],
  ["İ", "i\u0307"],
  ["i", "i"],
  ["I", "i"],
  ["ı", "ı"],
  ["ΟΔΟΣ", "οδος"],
  ["οδοσ", "οδοσ"], // a lower-case sigma stays unchanged, even at the end of a word
  ["\u212a", "k"], // the Kelvin sign
  ["\u212b", "\u00e5"], // the Ångström sign
  ["ﬁ", "ﬁ"], // no compatibility mapping: a ligature stays a ligature
  ["Ａ", "ａ"],
  ["А", "а"], // Cyrillic stays Cyrillic
  ["\u{10400}", "\u{10428}"], // outside the Basic Multilingual Plane
  ["\u0085abc\u0085", "abc"],
  ["\u00a0abc\u00a0", "abc"],
  ["\u3000abc\u2003\u202f", "abc"],
  ["\ufeffabc", "\ufeffabc"], // U+FEFF does not have the property White_Space
  ["abc\u200b", "abc\u200b"], // the zero width space (U+200B) does not have the property White_Space
  ["\u001fabc", "\u001fabc"],
  ["", ""],
  ["  \u00a0\u0085\t ", ""],
  ["__proto__", "__proto__"],
  ["a/b", "a/b"],
];

describe("the SKU rule", () => {
  test.each(KEYS)("%j has the key %j", (spelling, key) => {
    expect(skuKey(spelling)).toBe(key);
    expect(keyOfBytes(spelling)).toBe(key);
  });

  test("trimming removes characters with the property White_Space and no others", () => {
    for (let code = 0; code <= 0xffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCharCode(code);
      const isWhite = /\p{White_Space}/u.test(character);
      if ((trimWhiteSpace(character) === "") !== isWhite) expect.fail(`U+${code.toString(16)}`);
    }
  });

  test("for every character: the key of a key is the key itself", () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const spelling = `x${String.fromCodePoint(code)}y`;
      const key = skuKey(spelling);
      if (skuKey(key) !== key) expect.fail(`U+${code.toString(16)} in the middle: ${JSON.stringify(skuKey(key))}`);
    }
  });
});

/** Random text: characters that are hard cases of case mapping and composition, and characters from all of Unicode. */
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "A",
      "a",
      "Z",
      "0",
      " ",
      "\t",
      "\u0085",
      "\u00a0",
      "\ufeff",
      "\u2003",
      "E",
      "é",
      "É",
      "\u0301",
      "\u0307",
      "\u0345",
      "İ",
      "ı",
      "ß",
      "\u1e9e",
      "Σ",
      "σ",
      "ς",
      "Ω",
      "\u2126",
      "\u212a",
      "\u0344",
      "\u{1d160}",
      "\u{1f600}",
    ),
  }),
);

test("the key of a key is the key itself", () => {
  fc.assert(
    fc.property(text, (spelling) => {
      const key = skuKey(spelling);
      expect(skuKey(key)).toBe(key);
    }),
    { numRuns: runs(1000) },
  );
});

test("the key of UTF-8 bytes equals the key of the same text, and is at most three times as long as the bytes", () => {
  fc.assert(
    fc.property(text, fc.nat(5), (spelling, offset) => {
      expect(keyOfBytes(spelling, offset)).toBe(skuKey(spelling));
    }),
    { numRuns: runs(1000) },
  );
});

test("white space around a SKU, its case and its composition do not change the key", () => {
  fc.assert(
    fc.property(text, fc.constantFrom(" ", "\t", "\u0085", "\u00a0", "\u2003"), (spelling, blank) => {
      const key = skuKey(spelling);
      expect(skuKey(`${blank}${spelling}${blank}`)).toBe(key);
      expect(skuKey(spelling.normalize("NFC"))).toBe(key);
      expect(skuKey(spelling.normalize("NFD"))).toBe(key);
    }),
    { numRuns: runs(1000) },
  );
});

/** Calls `writeSkuKey` for the text, which is surrounded by other bytes. The target has the documented minimum size. */
function keyOfBytes(spelling: string, offset = 3): string {
  const textBytes = Buffer.from(spelling);
  const bytes = Buffer.concat([Buffer.from("A\u00a0"), textBytes, Buffer.from(" Z")]);
  const target = Buffer.alloc(offset + textBytes.length * 3, 0x7e);
  const length = writeSkuKey(bytes, 3, 3 + textBytes.length, target, offset);
  return target.toString("utf8", offset, offset + length);
}
