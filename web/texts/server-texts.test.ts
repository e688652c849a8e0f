// Tests the texts for what the server reports: every code of the contract has a text, and each text can be filled with its values.
import { afterEach, expect, test } from "vitest";
import { FAULTS } from "../../contract/mapping/mapping-faults.ts";
import { NOTICES } from "../../contract/imports/notices.ts";
import { because, REASONS } from "../../contract/problem-reasons.ts";
import { Problem, PROBLEMS } from "../../contract/problems.ts";
import { SERVER_TEXTS } from "./all-languages.ts";
import { faultText, fill, noticeWords, problemText, serverTexts } from "./server-texts.ts";

const texts = Object.entries(SERVER_TEXTS);
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

afterEach(() => {
  serverTexts.value = null;
});

test.each(texts)("every problem, reason, notice and fault of the contract has a text in %s", (_, language) => {
  expect(Object.keys(language.problems)).toEqual(Object.keys(PROBLEMS));
  expect(Object.keys(language.reasons)).toEqual(Object.keys(REASONS));
  expect(Object.keys(language.notices)).toEqual(Object.keys(NOTICES));
  expect(Object.keys(language.faults)).toEqual(Object.values(FAULTS));
  for (const text of [language.reasons, language.notices, language.faults].flatMap((group) => Object.values(group)))
    expect(text).not.toBe("");
});

test.each(texts)("every text of a reason in %s uses only the values of the reason", (_, language) => {
  for (const [reason, text] of Object.entries(language.reasons)) {
    const known = new Set<string>([...REASONS[reason as keyof typeof REASONS], "statement"]);
    expect(
      placeholders(text).filter((name) => !known.has(name)),
      reason,
    ).toEqual([]);
  }
});

test("a problem is shown in the language of the page, with its values", () => {
  serverTexts.value = SERVER_TEXTS.de;
  const { slug, message, extra } = new Problem("empty-file", "The sheet is empty.", {
    extra: because("empty-sheet", { sheet: "Preise {alt}" }),
  });
  expect(problemText(slug, message, extra)).toBe("Das Blatt „Preise {alt}“ ist leer. Wählen Sie ein anderes.");
  expect(problemText("empty-file", "The file is empty.", {})).toMatch(/^Die Datei enthält keine Daten\./);
  expect(problemText("mapping-invalid", "…", { statement: "key", ...because("mapping-list") })).toMatch(/^„key“: /);
});

test("without a text for a code or without its values, the server's English message is shown", () => {
  serverTexts.value = SERVER_TEXTS.de;
  expect(problemText("empty-file", "New.", { reason: "not-known-here", values: {} })).toBe("New.");
  expect(problemText("not-known-here", "New.", {})).toBe("New.");
  expect(problemText("empty-file", "Old.", { reason: "empty-sheet" })).toBe("Old.");
  expect(problemText("invalid-request", "/body/name: Missing.", {})).toBe("/body/name: Missing.");
  expect(noticeWords({ code: "short_rows", message: "Old.", column: null })).toBeUndefined();
  expect(faultText("New.")).toBe("New.");
  expect(fill("{constructor}", {})).toBeUndefined();
});

test("in English, the server's message is shown", () => {
  const { slug, message, extra } = new Problem("empty-file", "The sheet is empty.", {
    extra: because("empty-sheet", { sheet: "A" }),
  });
  expect(problemText(slug, message, extra)).toBe("The sheet is empty.");
});
