import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase32 } from "./base32.ts";
import { findTotpStep, newTotpSecret, totpCode, totpStepAt, totpUri } from "./totp.ts";

const SECRET = Buffer.from("12345678901234567890");
const NOON = Date.UTC(2026, 10, 30, 12, 0, 15);

describe("totp", () => {
  test.each([
    // RFC 6238, appendix B, for SHA-1. A code of six digits is the end of the code of eight digits.
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ])("the code at second %d is the one of RFC 6238", (second, code) => {
    expect(totpCode(SECRET, totpStepAt(second * 1000))).toBe(code.slice(-6));
  });

  test.each(
    [
      // RFC 4226, appendix D.
      "755224",
      "287082",
      "359152",
      "969429",
      "338314",
      "254676",
      "287922",
      "162583",
      "399871",
      "520489",
    ].map((code, counter) => [counter, code] as const),
  )("the code of counter %d is the one of RFC 4226", (counter, code) => {
    expect(totpCode(SECRET, counter)).toBe(code);
  });

  test("(6.5.5) a code is accepted in its own 30 seconds, one step before and one step after", () => {
    const step = totpStepAt(NOON);
    const code = totpCode(SECRET, step);
    const at = (steps: number): number | undefined => findTotpStep(SECRET, code, NOON + steps * 30_000, undefined);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([undefined, step, step, step, undefined]);
  });

  test("(6.5.1) the code of an accepted step, and the codes of earlier steps, are refused", () => {
    const step = totpStepAt(NOON);
    for (const offset of [-1, 0, 1]) {
      const code = totpCode(SECRET, step + offset);
      expect(findTotpStep(SECRET, code, NOON, step + offset - 1)).toBe(step + offset);
      expect(findTotpStep(SECRET, code, NOON, step + offset)).toBeUndefined();
      expect(findTotpStep(SECRET, code, NOON, step + offset + 1)).toBeUndefined();
    }
  });

  test("spaces within a code do not matter; any other text is refused", () => {
    const code = totpCode(SECRET, totpStepAt(NOON));
    expect(findTotpStep(SECRET, ` ${code.slice(0, 3)} ${code.slice(3)}`, NOON, undefined)).toBe(totpStepAt(NOON));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!/^[\d\s]{6,}$/.test(text));
        expect(findTotpStep(SECRET, text, NOON, undefined)).toBeUndefined();
      }),
    );
  });

  test("(6.5.3) a secret consists of 160 random bits", () => {
    const secrets = Array.from({ length: 100 }, () => newTotpSecret().toString("hex"));
    expect(new Set(secrets).size).toBe(100);
    expect(secrets.every((secret) => secret.length === 40)).toBe(true);
  });

  test("an app that reads the URI computes the codes of the server", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.string({ minLength: 1 }), (bytes, user) => {
        const url = new URL(totpUri(Buffer.from(bytes), user));
        expect([url.host, decodeURIComponent(url.pathname)]).toEqual(["totp", `/Skuport:${user}`]);
        const { secret = "", digits, period } = Object.fromEntries(url.searchParams);
        expect([digits, period]).toEqual(["6", "30"]);
        expect(codeOfApp(secret, NOON)).toBe(totpCode(Buffer.from(bytes), totpStepAt(NOON)));
      }),
    );
  });

  test.each([
    ["", ""],
    ["f", "MY"],
    ["fo", "MZXQ"],
    ["foo", "MZXW6"],
    ["foob", "MZXW6YQ"],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI"],
  ])("%j in Base32 is the text of RFC 4648", (text, encoded) => {
    expect(toBase32(Buffer.from(text))).toBe(encoded);
  });
});

/** Computes a code from the secret in Base32, with code that shares nothing with the server's. */
function codeOfApp(secret: string, ms: number): string {
  const bits = Array.from(secret)
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Math.floor(ms / 30_000)
    .toString(16)
    .padStart(16, "0");
  const mac = createHmac("sha1", key).update(Buffer.from(counter, "hex")).digest("hex");
  const offset = parseInt(mac.slice(-1), 16) * 2;
  return String((parseInt(mac.slice(offset, offset + 8), 16) % 2 ** 31) % 1_000_000).padStart(6, "0");
}
