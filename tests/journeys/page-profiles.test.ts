// End-to-end tests of profiles on the page: which profile reads a file, and how its products would be stored.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { put_profile } from "../../contract/profiles/profiles.ts";
import { pagesOf, startJourney } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey);
const file = join(server.folder, "lamps.csv");
const rows = ["2001;101;Table lamp;19,90;red|blue", "2002;102;Floor lamp;1.049,00;black"];
await writeFile(file, `Nr;Artikel;Text;EK;Farben\n${rows.join("\n")}\n`);
await call(
  put_profile,
  {
    params: { name: "Supplier A" },
    body: {
      key: "Artikel",
      name: "Text",
      attributes: { price: { from: "EK", number: "1.234,56" }, colours: { from: "Farben", split: "|" } },
      drop: ["Nr"],
    },
  },
  { base_url: server.base_url },
);

const untilDone = (page: Page): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();

test("the preview and the page of an import show which profile was used", async () => {
  const page = await open("/imports");
  await page.getByTestId("file").setInputFiles(file);
  await untilDone(page);
  await page.getByTestId("preview").getByText("Read with the profile Supplier A, version 1", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Read with the profile Supplier A, version 1", { exact: true }).waitFor();
  expect(await page.getByTestId("preview").count()).toBe(0);
  await inspectLooks(page, "import-profile");
});
