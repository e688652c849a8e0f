import { expect, test } from "vitest";
import { isFormula, isGuardedNumber } from "./kept-texts.ts";

const check = (is: typeof isFormula, text: string): boolean => {
  const bytes = Buffer.from(`x${text}x`);
  return is(bytes, 1, bytes.length - 1);
};

test.each([
  "=A1*2",
  "=$B$17",
  "=-B2",
  "=SUM(A1:A9)",
  "=SUMME(A1;A9)",
  "=ÜBERLAUF(A1)",
  '=HYPERLINK(""https://shop.example"";""Shop"")',
  "=NORM.VERT(A1)",
  "='Price list'!B2",
  "=Preise!B2*1.19",
  "=1+1",
  "=19.90*B1",
  "=(A1+B1)/2",
  '="A-"&B1',
])("%s is a formula", (text) => {
  expect(check(isFormula, text)).toBe(true);
});

test.each([
  "=",
  "==",
  "=5",
  "=0017",
  "=5 mm",
  "=> see below",
  "= equal",
  "=a1",
  "=A1B2-XL",
  "=ABCD1",
  "=)",
  "+49 30 1234",
  "+A1",
  "-5",
  "@home",
  "A1*2",
  '="0017"',
  `=${"A".repeat(100_000)}`,
])("%s is a value", (text) => {
  expect(check(isFormula, text)).toBe(false);
});

test.each(["`0017", "`4006381333931", "`-5", "`12 kg"])("%s is a number after a backtick", (text) => {
  expect(check(isGuardedNumber, text)).toBe(true);
});

test.each(["`", "``", "`Ohana table", "`5`", "`1 < 2` is code", "5`", "'0017", `\`${"1".repeat(100)}`])(
  "%s is not",
  (text) => {
    expect(check(isGuardedNumber, text)).toBe(false);
  },
);
