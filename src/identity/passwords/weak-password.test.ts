import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findWeakness } from "./weak-password.ts";

test.each([
  ["password", "anna", "breached"],
  ["Sunshine1", "anna", "breached"],
  ["anna-anna", "Anna", "name"],
  ["anna.schmidt1987", "Anna Schmidt", "name"],
  ["Schmidt!2026", "anna.schmidt@firma.example", "name"],
  ["skuport2026", "anna", "name"],
  ["Skuport-Anna-1", "anna", "name"],
  ["ＳＫＵＰＯＲＴ123", "anna", "name"],
  ["annailoveyou", "anna", "breached"],
  ["skuportpassword", "anna", "breached"],
] as const)("(6.2.11, 6.2.12) %s of the user %s is refused: %s", async (password, user, weakness) => {
  expect(await findWeakness(password, user)).toBe(weakness);
});

test.each([
  ["correct horse battery staple", "anna"],
  ["anna likes horses", "anna"],
  ["skuport-7Kx93!plq0", "anna"],
  // Parts of names with fewer than three characters are not removed from the password.
  ["lo7-grund-xe", "lo"],
  ["grün-blau-9", "x"],
])("%s of the user %s can be used", async (password, user) => {
  expect(await findWeakness(password, user)).toBeUndefined();
});

test("no random password is refused, whatever the name of the user is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), async (user) => {
      expect(await findWeakness(randomBytes(24).toString("base64url"), user)).toBeUndefined();
    }),
  );
});

test("(6.2.11) the name with up to seven further characters is always refused", async () => {
  const name = fc.string({ unit: fc.constantFrom(...Array.from("abcdefgh")), minLength: 3, maxLength: 20 });
  const more = fc.string({ unit: fc.constantFrom(...Array.from("0123456789!?-")), maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(name, more, fc.nat(7), async (user, rest, at) => {
      expect(await findWeakness(rest.slice(0, at) + user.toUpperCase() + rest.slice(at), user)).toBeDefined();
    }),
  );
});
