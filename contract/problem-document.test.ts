import { expect, test } from "vitest";
import { cutText, invalidRequest } from "./faults.ts";
import { problem_document, toProblemDocument } from "./problem-document.ts";
import { Problem } from "./problems.ts";

const LIMIT = 64 << 10;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

test("a document lists all faults if there are few", () => {
  const problem = invalidRequest([
    { pointer: "/body/a", detail: "Too long." },
    { pointer: "/body/b", detail: "missing" },
  ]);
  expect(problem.message).toBe("/body/a: Too long.; /body/b: missing.");
  expect(toProblemDocument(problem)).toMatchObject({ errors: [{ pointer: "/body/a" }, { pointer: "/body/b" }] });
  expect(toProblemDocument(problem)).not.toHaveProperty("more_errors");
});

test("a document lists the first hundred faults and counts the others", () => {
  const faults = Array.from({ length: 250_000 }, (_, i) => ({ pointer: `/body/${i}`, detail: "unknown" }));
  const document = toProblemDocument(invalidRequest(faults));
  expect(document.errors).toHaveLength(100);
  expect(document.more_errors).toBe(249_900);
  expect(document.detail).toMatch(/^\/body\/0: unknown; .*; and 249,?\d+ more\.$/);
});

test("a document has at most 64 kB, regardless of the number and length of its faults", () => {
  const faults = Array.from({ length: 300 }, () => ({
    pointer: `/${"€".repeat(99_999)}`,
    detail: "\u0001".repeat(99_999),
  }));
  const document = toProblemDocument(invalidRequest(faults), "/requests/1");
  expect(bytesOf(document)).toBeLessThanOrEqual(LIMIT);
  expect((document.errors?.length ?? 0) + (document.more_errors ?? 0)).toBe(300);
  expect(problem_document.safeParse(document).success).toBe(true);
});

test("additional members of a problem are included if they fit", () => {
  const extra = {
    headers: Array.from({ length: 2000 }, (_, i) => `${i}${"ü".repeat(100)}`),
    count: 3,
    text: "x".repeat(LIMIT),
  };
  const document = toProblemDocument(new Problem("no-sku-column", "d".repeat(100_000), { extra }));
  expect(bytesOf(document)).toBeLessThanOrEqual(LIMIT);
  const { headers } = document as unknown as { headers: string[] };
  expect(headers.length).toBeGreaterThan(200);
  expect(headers[0]).toBe(extra.headers[0]);
  expect(document).toMatchObject({ count: 3 });
  expect(document).not.toHaveProperty("text");
});

test("a string is never truncated within a surrogate pair", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("ab…");
  expect(cutText("ab😀cd", 4)).toBe("ab…");
});
