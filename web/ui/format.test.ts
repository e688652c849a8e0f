import { expect, test } from "vitest";
import { shownLanguage } from "../texts/language.ts";
import { formatBytes, formatDuration, formatPercent, formatWhen } from "./format.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [18_400_000, "18.4 MB"],
  [999_999, "1 MB"],
  [123_456_789, "123 MB"],
  [2_000_000_000, "2 GB"],
])("%d bytes are shown as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [42, "42 ms"],
  [420, "0.4 s"],
  [12_345, "12 s"],
  [200_000, "3 min 20 s"],
  [120_000, "2 min"],
  [3_900_000, "1 h 5 min"],
])("%d ms are shown as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("a percentage is 100 only if the fraction is 1", () => {
  expect([0, 0.294, 0.999, 1].map(formatPercent)).toEqual(["0%", "29%", "99%", "100%"]);
});

test("numbers and times follow the language", () => {
  shownLanguage.value = "de";
  expect(formatBytes(18_400_000)).toBe("18,4 MB");
  expect(formatPercent(0.29)).toBe("29\u00A0%");
  shownLanguage.value = "en";
  expect(formatBytes(18_400_000)).toBe("18.4 MB");
});

test("a time on another day is shown with its date, and in another year with the year", () => {
  const now = new Date(2026, 4, 20, 18, 0);
  expect(formatWhen(new Date(2026, 4, 20, 9, 5).toISOString(), now)).toMatch(/^Today, 0?9:05/);
  expect(formatWhen(new Date(2026, 4, 19, 9, 5).toISOString(), now)).toMatch(/19/);
  expect(formatWhen(new Date(2025, 4, 19, 9, 5).toISOString(), now)).toMatch(/2025/);
});
