// End-to-end test of an import that asks a question, answered by keyboard.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tabAndEnter } from "./support/keyboard.ts";
import { inspectLooks } from "./support/looks.ts";
import { pagesOf, startJourney } from "./support/journey.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey);

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(server.folder, name);
  await writeFile(path, text);
  return path;
}

test("if the SKU column is unclear, the page asks for it and shows sample values; the answer continues the import", async () => {
  const rows = [1, 2, 3].map((n) => `${n},A-${n},Lamp ${n},red`);
  const path = await fileOf("doubtful.csv", `item number,code,name,colour\n${rows.join("\n")}\n`);
  const page = await open("/imports");
  await page.getByTestId("file").setInputFiles(path);
  const question = page.getByTestId("question");
  await question.getByRole("radio", { name: "code A-1" }).waitFor();
  await inspectLooks(page, "import-question");
  // The page must not choose a column for the user.
  const start = page.getByTestId("start");
  await start.getByText("Choose the column with the SKU first.", { exact: true }).waitFor();
  expect(await question.getByRole("radio", { checked: true }).count()).toBe(0);
  expect(await page.getByText("chosen by you").count()).toBe(0);
  await question.getByRole("radio", { name: "item number" }).focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => question.getByRole("radio", { name: "code A-1" }).isChecked()).toBe(true);
  await start.getByRole("button", { name: "Import 3 products", disabled: false }).waitFor();
  await tabAndEnter(page, "Import 3 products");
  await page.getByTestId("state").first().getByText("Done", { exact: true }).waitFor();
  await page.goto(`${server.base_url}/products`);
  await page.getByText("A-2").first().waitFor();
});
