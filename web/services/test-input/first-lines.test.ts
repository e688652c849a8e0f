import { expect, test } from "vitest";
import { firstLines } from "./first-lines.ts";

test("the first lines of a long file are complete; a file that is not text has none", async () => {
  const row = "A-1,größer\n";
  expect(await firstLines(new Blob(["sku,name\nA-1,Lamp"]))).toBe("sku,name\nA-1,Lamp");
  expect(await firstLines(new Blob([row.repeat(10_000)]))).toBe(row.repeat(20));
  expect(await firstLines(new Blob([`${row}${"ü".repeat(30_000)}`]))).toBe(row);
  expect(await firstLines(new Blob([Uint8Array.of(0xe4, 0x0a)]))).toBeNull();
  expect(await firstLines(new Blob(["PK\0\0"]))).toBeNull();
});
