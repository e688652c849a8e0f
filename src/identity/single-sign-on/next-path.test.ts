import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safePath } from "./next-path.ts";

describe("(3.7.2) the page after the sign-in", () => {
  test.each(["/", "/imports", "/imports?state=done&q=a%20b#row-3", "/a//b", "/ü"])("%s is opened", (next) => {
    expect(decodeURI(safePath(next))).toBe(decodeURI(next));
  });

  test.each([
    undefined,
    "",
    "imports",
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/./\\evil.example",
    "javascript:alert(1)",
    "/\u0000//evil.example\u0000@",
  ])("%j is not: it leads to another site, or is not a path", (next) => {
    expect(new URL(safePath(next), "https://shop.example").host).toBe("shop.example");
    if (next?.startsWith("/\u0000") !== true) expect(safePath(next)).toBe("/");
  });

  test("no text leads a browser to another site", () => {
    const part = fc.constantFrom(
      "/",
      "\\",
      "//",
      ".",
      "..",
      "\t",
      "\n",
      " ",
      "@",
      ":",
      "evil.example",
      "https:",
      "%2f",
      "?",
      "#",
      "a",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join("")),
          fc.string(),
        ),
        (next) => {
          const url = new URL(safePath(next), "https://shop.example/sign-in");
          expect(url.origin).toBe("https://shop.example");
        },
      ),
      { numRuns: 2000 },
    );
  });
});
