// Checks the numbers of the decisions in docs/decisions. Other documents refer to a decision by its number, so it must be unique.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "../../docs/decisions");

test("decisions are numbered without gaps, and the list contains all of them with their titles", async () => {
  const pages = (await readdir(FOLDER)).filter((name) => name !== "README.md").sort();
  const numbers = pages.map((_, i) => String(i + 1).padStart(4, "0"));
  expect(pages.map((name) => name.slice(0, 4))).toEqual(numbers);

  const headings = await Promise.all(
    pages.map(async (name) => (await readFile(join(FOLDER, name), "utf8")).split("\n", 1)[0]),
  );
  const list = (await readFile(join(FOLDER, "README.md"), "utf8")).split("\n").filter((line) => line.startsWith("- "));
  expect(list).toEqual(
    headings.map((heading, i) => {
      const [, number = "", title = ""] = /^# (\d{4}) (.+)$/.exec(heading ?? "") ?? [];
      return `- [${number}](${String(pages[i])}) ${title}`;
    }),
  );
});
