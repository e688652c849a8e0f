import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { declaredEncoding, encodingOf, ENCODINGS, type Encoding } from "../../../../contract/imports/import-names.ts";
import { createDecoder } from "./decoders.ts";

function decodeParts(encoding: Encoding, parts: readonly Buffer[]): Buffer {
  const decoder = createDecoder(encoding);
  return Buffer.concat([...parts.map((part) => decoder.decode(part)), decoder.end()]);
}

const decode = (encoding: Encoding, ...bytes: number[]): string =>
  decodeParts(encoding, [Buffer.from(bytes)]).toString();

describe("every label of an encoding is known", () => {
  test.each<[string, Encoding]>([
    ["UTF-8", "utf-8"],
    ["Unicode-1-1-UTF-8", "utf-8"],
    ["latin1", "windows-1252"],
    ["US-ASCII", "windows-1252"],
    ["x-cp1250", "windows-1250"],
    ["ISO_8859-2:1987", "iso-8859-2"],
    ["csISOLatin9", "iso-8859-15"],
    ["dos-874", "windows-874"],
    ["866", "ibm866"],
    ["KOI8-RU", "koi8-u"],
    ["Mac", "macintosh"],
    ["x-mac-ukrainian", "x-mac-cyrillic"],
    ["MS_Kanji", "shift_jis"],
    ["Windows-31J", "shift_jis"],
    ["cp932", "shift_jis"],
    ["x-euc-jp", "euc-jp"],
    ["csISO2022JP", "iso-2022-jp"],
    ["GB2312", "gbk"],
    ["gb18030", "gb18030"],
    ["Big5-HKSCS", "big5"],
    ["ks_c_5601-1987", "euc-kr"],
    ["UCS-2", "utf-16le"],
    ["CP850", "cp850"],
    ["ibm437", "cp437"],
    ["850", "cp850"],
    ["MacRoman", "macintosh"],
  ])("%s", (label, encoding) => {
    expect(encodingOf(label)).toBe(encoding);
  });

  test("each encoding by its own name, in any case", () => {
    for (const encoding of ENCODINGS) expect(encodingOf(encoding.toUpperCase())).toBe(encoding);
  });

  test.each(["utf-7", "replacement", "iso-2022-kr", "ebcdic", "", "__proto__"])("but not %j", (label) => {
    expect(encodingOf(label)).toBeUndefined();
  });
});

test.each<[string, ReturnType<typeof declaredEncoding>]>([
  ["text/csv; charset=windows-1250", { label: "windows-1250", encoding: "windows-1250" }],
  ['text/csv;header=present;Charset="Shift_JIS"', { label: "Shift_JIS", encoding: "shift_jis" }],
  ["text/csv; charset=klingon", { label: "klingon", encoding: undefined }],
  ["text/csv", undefined],
  ["text/csv; charset=", undefined],
])("the content type %s declares", (type, declared) => {
  expect(declaredEncoding(type)).toEqual(declared);
});

const TEXTS: Partial<Record<Encoding, string>> = {
  cp437: "Größe ½ ░",
  cp850: "Größe ½ ±Á",
  cp852: "Żółty ďáblík",
  cp858: "5 €",
  shift_jis: "ソ表能十構申①㈱～ｿｰｽ|\\",
  "euc-jp": "木製まな板",
  gbk: "木质切菜板",
  gb18030: "木质切菜板",
  big5: "木製砧板功",
  "euc-kr": "원목 도마 똠방각하",
};

test.each(Object.entries(TEXTS) as [Encoding, string][])(
  "%s is decoded wherever its bytes are cut",
  (encoding, text) => {
    const names: Partial<Record<Encoding, string>> = { big5: "big5hkscs", "euc-kr": "cp949" };
    const bytes = iconv.encode(text, names[encoding] ?? encoding);
    for (let at = 0; at <= bytes.length; at++)
      expect(decodeParts(encoding, [bytes.subarray(0, at), bytes.subarray(at)]).toString()).toBe(text);
  },
);

test("ISO-2022-JP is decoded wherever its bytes are cut", () => {
  const bytes = Buffer.from("a,\x1b$B$=%=\x1b(B,b", "latin1");
  for (let at = 0; at <= bytes.length; at++)
    expect(decodeParts("iso-2022-jp", [bytes.subarray(0, at), bytes.subarray(at)]).toString()).toBe("a,そソ,b");
});

describe("bytes without a character become the byte FF in", () => {
  test.each<[Encoding, number[], number[]]>([
    ["windows-1250", [0x61, 0x81, 0x62], [0x61, 0xff, 0x62]],
    ["iso-8859-2", [0x80], [0xff]],
    ["shift_jis", [0x83, 0x22, 0x41], [0xff, 0x22, 0x41]],
    ["euc-kr", [0xb0], [0xff]],
    ["big5", [0x61, 0xa4], [0x61, 0xff]],
    ["gb18030", [0x81], [0xff]],
    ["iso-2022-jp", [0x41, 0x80], [0x41, 0xff]],
  ])("%s", (encoding, bytes, expected) => {
    expect(decodeParts(encoding, [Buffer.from(bytes)])).toEqual(Buffer.from(expected));
  });
});

test("single bytes agree with the platform's decoder", () => {
  for (const encoding of ENCODINGS) {
    if (!/^(?:windows|iso-8859|koi8|ibm866|macintosh|x-)/.test(encoding)) continue;
    const decoder = new TextDecoder(encoding);
    for (let byte = 0; byte < 256; byte++) {
      const expected = decoder.decode(Buffer.from([byte]));
      const isControl = byte >= 0x80 && /[\x80-\x9f\ufffd]/.test(expected);
      expect(decode(encoding, byte)).toBe(isControl ? "\ufffd" : expected);
    }
  }
});
