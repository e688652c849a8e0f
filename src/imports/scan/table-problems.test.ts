import { expect, test } from "vitest";
import { readHead } from "../read/read-head.ts";
import { problemOfTable } from "./table-problems.ts";

async function problemOf(text: string): Promise<string | undefined> {
  const head = await readHead(Buffer.from(text), true, {});
  return head && problemOfTable(head.table, head.dialect)?.message;
}

const rows = (row: (i: number) => string): string => Array.from({ length: 10 }, (_, i) => `${row(i)}\n`).join("");

test.each([
  ["SKUs that are keywords of programming languages", `sku,price,stock\n${rows((i) => `case-${i},1,2`)}`],
  ["JSON in the last column", `sku;specs\n${rows((i) => `A-${i};{"size":${i}}`)}`],
  ["parentheses in the last column", `sku;size\n${rows((i) => `for-${i};${i} cm (${i})`)}`],
])("a table with %s is not taken for source code", async (_, text) => {
  expect(await problemOf(text)).toBeUndefined();
});

test("source code is named", async () => {
  expect(await problemOf("const a = 1;\nlet b = 2;\nreturn x;\nif (y) return z;\n")).toContain("source code");
});

test("a JSON object whose members may be the products names the path of the members", async () => {
  const message = await problemOf('{"products":{"A-1":{"name":"Lamp"}}}');
  expect(message).toContain('"record": "products/*"}, "key": "@key"}');
});
