import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import type { Encoding } from "../../../../../contract/imports/import-names.ts";
import { createDecoder } from "../../text/decoders.ts";
import { chooseEncoding, type Choice } from "./choose-encoding.ts";
import { addLines, createSample } from "./sample.ts";
import { SAMPLES } from "./sample-texts.ts";

/** Names that the encoder of the tests has for our encodings. */
const ICONV: Partial<Record<Encoding, string>> = {
  "x-mac-cyrillic": "maccyrillic",
  ibm866: "cp866",
  "euc-kr": "cp949",
};

const decode = (bytes: Buffer, encoding: Encoding): string => {
  const decoder = createDecoder(encoding);
  return Buffer.concat([decoder.decode(bytes), decoder.end()]).toString();
};

function choose(bytes: Buffer): Choice {
  const sample = createSample();
  addLines(sample, bytes);
  return chooseEncoding(sample.lines);
}

interface Case {
  name: string;
  language: string;
  encoding: Encoding;
  /** Texts of a few lines each that the encoding can represent. */
  texts: { text: string; bytes: Buffer }[];
}

/** @param size number of lines in each text */
function casesOf(size: number): Case[] {
  return Object.entries(SAMPLES).flatMap(([language, { encodings, text }]) => {
    const lines = text.split("\n");
    return encodings
      .filter((encoding) => encoding !== "iso-2022-jp")
      .map((encoding) => ({
        name: `${language} in ${encoding}`,
        language,
        encoding,
        texts: Array.from({ length: Math.floor(lines.length / size) }, (_, part) => {
          const partText = lines.slice(part * size, (part + 1) * size).join("\r\n");
          return { text: partText, bytes: iconv.encode(partText, ICONV[encoding] ?? encoding) };
        }).filter(({ text: part, bytes }) => decode(bytes, encoding) === part && bytes.some((byte) => byte > 0x7f)),
      }));
  });
}

describe.each([4, 8])("%d names are read with the right letters", (size) => {
  test.each(casesOf(size).map((item) => [item.name, item] as const))("%s", (_, { texts }) => {
    for (const { text, bytes } of texts) expect(decode(bytes, choose(bytes).encoding)).toBe(text);
  });
});

/** Chooses the encoding of each sample text of `size` lines. Returns percentages of these texts. */
function measure(size: number): { silently_wrong: number; asked: number; windows_1252_asked: number } {
  let total = 0;
  let wrong = 0;
  let asked = 0;
  let western = 0;
  let westernAsked = 0;
  for (const { texts, encoding } of casesOf(size)) {
    for (const { text, bytes } of texts) {
      const choice = choose(bytes);
      total++;
      if (encoding === "windows-1252") western++;
      if (choice.doubts > 0) {
        asked++;
        if (encoding === "windows-1252") westernAsked++;
      } else if (decode(bytes, choice.encoding) !== text) wrong++;
    }
  }
  const percent = (count: number, of: number): number => Math.round((count / of) * 1000) / 10;
  return {
    silently_wrong: percent(wrong, total),
    asked: percent(asked, total),
    windows_1252_asked: percent(westernAsked, western),
  };
}

test("the less text, the more often the evidence does not decide", () => {
  expect([1, 2, 4, 8].map(measure)).toMatchInlineSnapshot(`
    [
      {
        "asked": 25.7,
        "silently_wrong": 4.8,
        "windows_1252_asked": 2.5,
      },
      {
        "asked": 15,
        "silently_wrong": 0.4,
        "windows_1252_asked": 0,
      },
      {
        "asked": 1.4,
        "silently_wrong": 0,
        "windows_1252_asked": 0,
      },
      {
        "asked": 2.9,
        "silently_wrong": 0,
        "windows_1252_asked": 0,
      },
    ]
  `);
});

test.each([
  "Müller",
  "Größe",
  "Straße",
  "für",
  "Maß",
  "Öl",
  "Crème brûlée",
  "café",
  "Tête",
  "niño",
  "Señor",
  "coração",
  "São Paulo",
  "così",
  "città",
  "smörgås",
  "Ålesund",
  "rød",
  "Bjørn",
  "hyvää",
  "5 €",
  "10 µm",
  "±0,5 °C",
  "½ Zoll",
  "m²",
  "Marke®",
  "Größe “L”",
  "20 – 30",
  "«neu»",
  "l’été",
  "naïve",
])("the single word %s in windows-1252 needs no question", (word) => {
  const bytes = iconv.encode(`A-1;${word};3\r\n`, "windows-1252");
  const choice = choose(bytes);
  expect(decode(bytes, choice.encoding)).toContain(word);
  expect(choice.doubts).toBe(0);
});

test("repeated words are no further evidence", () => {
  const line = Buffer.from("Wieszak na r\xeaczniki\n", "latin1");
  expect(choose(line).doubts).toBeGreaterThan(0);
  expect(choose(Buffer.concat(Array.from({ length: 1000 }, () => line))).doubts).toBeGreaterThan(0);
});

test("an encoding is chosen for any bytes", () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256));
  expect(choose(bytes).encoding).toBeTypeOf("string");
});
