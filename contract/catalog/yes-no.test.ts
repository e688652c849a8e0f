import { expect, test } from "vitest";
import { parseYesNo } from "./yes-no.ts";

test("parseYesNo reads yes and no in the languages of the known column names, in upper or lower case", () => {
  for (const word of ["yes", "TRUE", "1", "ja", "J", "WAHR", "oui", "Vrai", "sí", "si", "sim", "vero", "waar", "tak"]) {
    expect([word, parseYesNo(` ${word} `)]).toEqual([word, true]);
  }
  for (const word of ["no", "False", "0", "Nein", "FALSCH", "inaktiv", "non", "faux", "falso", "não", "nee", "nie"]) {
    expect([word, parseYesNo(word)]).toEqual([word, false]);
  }
});

test("parseYesNo returns undefined for other words", () => {
  for (const word of ["", "perhaps", "vielleicht", "x", "2", "non-no"])
    expect([word, parseYesNo(word)]).toEqual([word, undefined]);
});
