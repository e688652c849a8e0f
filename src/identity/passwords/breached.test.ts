import { readFile } from "node:fs/promises";
import { brotliDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, isBreached } from "./breached.ts";

const list = brotliDecompressSync(await readFile(new URL("breached-passwords.txt.br", import.meta.url)));
const passwords = list.toString("utf8").split("\n");
const known = new Set(passwords);

describe("the list", () => {
  test("(6.2.12) contains at least 100,000 passwords, each long enough to be accepted otherwise", () => {
    expect(passwords.length).toBeGreaterThan(190_000);
    expect(known.size).toBe(passwords.length);
    expect(
      passwords.filter((password) => Array.from(password).length < 8 || Array.from(password).length > 128),
    ).toEqual([]);
  });

  test("its lines are sorted by bytes and folded, as the search expects", () => {
    const lines = passwords.map((password) => Buffer.from(password));
    expect(lines.every((line, i) => i === 0 || (lines[i - 1]?.compare(line) ?? 0) < 0)).toBe(true);
    expect(passwords.filter((password) => password !== password.normalize("NFKC").toLowerCase())).toEqual([]);
  });
});

describe("passwords", () => {
  test("(6.2.4) every password of the list is found", async () => {
    let missed = 0;
    for (const password of passwords) if (!(await isBreached(password))) missed += 1;
    expect(missed).toBe(0);
  });

  test.each(["password", "12345678", "qwertyuiop", "iloveyou", "1q2w3e4r5t", "football1", "administrator", "passw0rd"])(
    "(6.2.4) %s is found",
    async (password) => {
      expect(await isBreached(password)).toBe(true);
    },
  );

  test("case, full-width characters and compatibility forms do not hide a password", async () => {
    for (const password of ["PassWord", "ＰＡＳＳＷＯＲＤ", "ｐassword", "①②③④⑤⑥⑦⑧"])
      expect(await isBreached(password)).toBe(true);
  });

  test("a password is found if and only if the list contains it: none is refused by chance", async () => {
    const anyPassword = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 8, maxLength: 9 }),
      // Passwords that resemble listed ones.
      fc
        .tuple(fc.nat(passwords.length - 1), fc.constantFrom("", "1", "!", "\n", " "))
        .map(([i, end]) => `${passwords[i] ?? ""}${end}`),
      fc.nat(passwords.length - 2).map((i) => passwords[i]?.slice(0, -1) ?? ""),
      fc.nat(passwords.length - 2).map((i) => `${passwords[i] ?? ""}\n${passwords[i + 1] ?? ""}`),
    );
    await fc.assert(
      fc.asyncProperty(anyPassword, async (password) => {
        expect(await isBreached(password)).toBe(known.has(password.normalize("NFKC").toLowerCase()));
      }),
      { numRuns: 2000 },
    );
  });

  test("a search in any sorted list finds the same lines as a set", () => {
    const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom("a", "b", "é", "z"), minLength: 1, maxLength: 4 }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, words, (listed, asked) => {
        const lines = listed.map((word) => Buffer.from(word)).sort((a, b) => a.compare(b));
        const text = Buffer.from(lines.map((line) => line.toString()).join("\n"));
        for (const word of [...listed, ...asked]) expect(contains(text, Buffer.from(word))).toBe(listed.includes(word));
      }),
      { numRuns: 500 },
    );
  });
});
