import fc from "fast-check";
import { expect, test } from "vitest";
import { suggestedName } from "./user-name.ts";
import { MAX_NAME_CHARACTERS } from "../../../contract/identity/identity-rules.ts";
import { isStorable } from "../../../contract/stored-text.ts";

test.each([
  [{ sub: "7", preferred_username: "anna", name: "Anna A", email: "anna@shop.example" }, "anna"],
  [{ sub: "7", preferred_username: "  ", name: "Anna A" }, "Anna A"],
  [{ sub: "7", name: 3, email: "anna@shop.example" }, "anna@shop.example"],
  [{ sub: "7" }, "7"],
  [{ sub: "\u0000" }, "user"],
  [{ sub: "7", name: "An\u202ena\u0000\n  B" }, "An na B"],
  [{ sub: "7", preferred_username: "LOCAL", name: "Single  sign-on", email: "a" }, "a"],
])("the name of %j is %s", (claims, name) => {
  expect(suggestedName(claims)).toBe(name);
});

test("every name can be stored, with a suffix", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
      (a, b) => {
        const name = suggestedName({ preferred_username: a, name: b, sub: "x" });
        expect(name.trim()).toBe(name);
        expect(name).not.toBe("");
        expect(`${name} 1000`.length).toBeLessThanOrEqual(MAX_NAME_CHARACTERS);
        expect(isStorable(name)).toBe(true);
      },
    ),
  );
});
