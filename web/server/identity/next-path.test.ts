import { expect, test } from "vitest";
import { endedPath, nextUrl } from "./next-path.ts";

const HERE = "https://skuport.example";

test("the sign-in page opens the address that the user wanted, with its search and fragment", () => {
  expect(nextUrl("/products?q=brand%3AHalo&open=A-1#x", HERE)).toBe(`${HERE}/products?q=brand%3AHalo&open=A-1#x`);
  const path = endedPath("/products?q=a&sort=-name#x");
  expect(path).toBe("/sign-in?ended&next=%2Fproducts%3Fq%3Da%26sort%3D-name%23x");
  expect(nextUrl(new URLSearchParams(path.slice(path.indexOf("?"))).get("next"), HERE)).toBe(
    `${HERE}/products?q=a&sort=-name#x`,
  );
});

test.each([
  ["//evil.example"],
  ["/\\evil.example"],
  ["/\t/evil.example"],
  ["https://evil.example/"],
  ["javascript:alert(1)"],
  ["products"],
  [""],
  [undefined],
  [["/products"]],
  ["/sign-in?next=/products"],
  ["/sign-out"],
])("(1.2.2, 3.7.3) %j is not followed after the sign-in", (next) => {
  expect(nextUrl(next, HERE)).toBe(`${HERE}/`);
});

test("(3.7.3) a path that begins with two slashes after its dots are removed stays on this origin", () => {
  expect(new URL(nextUrl("/.//evil.example", HERE)).origin).toBe(HERE);
});
