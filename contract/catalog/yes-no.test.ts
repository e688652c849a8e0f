import { expect, test } from "vitest";
import { parseYesNo } from "./yes-no.ts";

test("reads yes and no in the languages of the columns it knows, in any case", () => {
  for (const word of ["yes", "TRUE", "1", "ja", "J", "WAHR", "oui", "Vrai", "sí", "si", "sim", "vero", "waar", "tak"]) {
    expect([word, parseYesNo(` ${word} `)]).toEqual([word, true]);
  }
  for (const word of ["no", "False", "0", "Nein", "FALSCH", "inaktiv", "non", "faux", "falso", "não", "nee", "nie"]) {
    expect([word, parseYesNo(word)]).toEqual([word, false]);
  }
});

test("does not guess other words", () => {
  for (const word of ["", "perhaps", "vielleicht", "x", "2", "ne"])
    expect([word, parseYesNo(word)]).toEqual([word, undefined]);
});
