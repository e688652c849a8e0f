import { expect, test } from "vitest";
import { hashRecoveryCode, newRecoveryCodes } from "./recovery-codes.ts";

test("(6.5.2) ten different codes of 120 bits each, so that a hash without a salt suffices", () => {
  const codes = newRecoveryCodes();
  expect(codes).toHaveLength(10);
  expect(new Set(codes).size).toBe(10);
  // 24 characters of 5 bits.
  for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){5}$/);
});

test("(6.5.3) the characters of codes are uniform, as random bytes are", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 200; i++)
    for (const c of newRecoveryCodes().join("").replaceAll("-", "")) counts.set(c, (counts.get(c) ?? 0) + 1);
  // 48,000 characters: 1,500 of each of 32, with a standard deviation of 38. Eight deviations never occur by chance.
  expect(counts.size).toBe(32);
  for (const count of counts.values()) expect(Math.abs(count - 1500)).toBeLessThan(8 * 38);
});

test("case, spaces and hyphens of an entered code do not matter; its characters do", () => {
  const [code = ""] = newRecoveryCodes();
  const hash = hashRecoveryCode(code).toString("hex");
  expect(hashRecoveryCode(` ${code.toUpperCase().replaceAll("-", " ")} `).toString("hex")).toBe(hash);
  expect(hashRecoveryCode(code.replaceAll("-", "")).toString("hex")).toBe(hash);
  expect(hashRecoveryCode(code.slice(1)).toString("hex")).not.toBe(hash);
});
