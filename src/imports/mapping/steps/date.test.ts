import { describe, expect, test } from "vitest";
import { convertDate, parseDateSample } from "./date.ts";

const convert = (sample: string, text: string): string | undefined => {
  const format = parseDateSample(sample);
  if (typeof format === "string") throw new Error(format);
  return convertDate(format, text);
};

test.each([
  ["31.12.2026", "01.02.2026", "2026-02-01"],
  ["31.12.2026", "1.2.2026", "2026-02-01"],
  ["1.2.2026", "01.02.2026", "2026-02-01"],
  ["12/31/2026", "02/01/2026", "2026-02-01"],
  ["31/12/2026", "02/01/2026", "2026-01-02"],
  ["2026-12-31", "2026-02-01", "2026-02-01"],
  ["20261231", "20260201", "2026-02-01"],
  ["31122026", "01022026", "2026-02-01"],
  ["31.12.26", "01.02.69", "1969-02-01"],
  ["31.12.26", "01.02.68", "2068-02-01"],
  ["DD.MM.YYYY", "29.02.2028", "2028-02-29"],
  ["31.12.2026 14:30", "01.02.2026 07:05", "2026-02-01T07:05"],
  ["2026-12-31T14:30:59", "2026-02-01T07:05:00", "2026-02-01T07:05:00"],
  ["YYYY年M月D日", "2026年2月1日", "2026-02-01"],
])("%s: %s is %s", (sample, text, expected) => {
  expect(convert(sample, text)).toBe(expected);
});

test.each([
  ["31.12.2026", "31.02.2026"],
  ["31.12.2026", "29.02.2027"],
  ["31.12.2026", "12/31/2026"],
  ["31.12.2026", "01.13.2026"],
  ["31.12.2026", "00.01.2026"],
  ["31.12.2026", "01.02.26"],
  ["31.12.2026", "01.02.2026 12:00"],
  ["20261231", "2026123"],
  ["YYYYMMDD hh:mm", "2026111 10:00"],
  ["YYYY-MMDD", "2026-111"],
  ["31.12.2026 14:30", "01.02.2026 24:30"],
  ["31.12.2026", "soon"],
])("%s: %s is not a date", (sample, text) => {
  expect(convert(sample, text)).toBeUndefined();
});

describe("a sample that does not show the order of day and month", () => {
  test.each(["01/02/2026", "1-2-26", "31.12", "tomorrow", "DD.MM", "DD.MM.YYYY YYYY", "x".repeat(41)])(
    "%s",
    (sample) => {
      expect(parseDateSample(sample)).toBeTypeOf("string");
    },
  );
});
