// Checks the import pages in light mode, in dark mode and on a phone (see looks.ts).
import { expect, test } from "vitest";
import { holdImport } from "../support/hold-import.ts";
import { startOnePage, visit } from "../support/journey.ts";
import { inspectLooks } from "../support/looks.ts";
import { skuOf, writeFaultyProducts, writeProducts, writeWithTwoDelimiters } from "../support/page-files.ts";

const { server, watched, page } = await startOnePage();

async function importFile(path: string): Promise<void> {
  await visit(page, "/imports");
  await page.getByTestId("file").setInputFiles(path);
  await page.waitForURL(/\/imports\/\d+$/);
}

test("the empty imports page, its options and the paste dialog", async () => {
  await page.goto("/imports");
  await page.getByRole("heading", { name: "No imports yet" }).waitFor();
  await inspectLooks(page, "imports-empty");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByText("Lines before the table").waitFor();
  await inspectLooks(page, "imports-options");
  await page.getByRole("button", { name: "Paste a table" }).click();
  await page.getByRole("textbox", { name: "Table" }).fill("sku\tname\nA-1\tLamp\n");
  await inspectLooks(page, "imports-paste", false);
});

test("a running import, and the dialog that asks before it is cancelled", async () => {
  const release = await holdImport(server, skuOf(19_999));
  await page.goto("/imports"); // closes the dialog
  await importFile(await writeProducts(server.folder, "whole-range.csv", 20_000));
  await page.getByTestId("sum").waitFor();
  await inspectLooks(page, "imports-progress");
  await page.getByRole("button", { name: "Cancel import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await inspectLooks(page, "imports-cancel", false);
  const cancelled = page.waitForResponse((response) => response.url().endsWith("/cancel"));
  await dialog.getByRole("button", { name: "Cancel import" }).click();
  await cancelled;
  await release();
  await page.getByText("This import was cancelled").waitFor();
  await inspectLooks(page, "imports-cancelled");
});

test("ended imports: successful, with rejected rows, and failed", async () => {
  await importFile(await writeProducts(server.folder, "supplier-autumn.csv", 2_000));
  await page.getByTestId("state").getByText("Done").waitFor();
  await inspectLooks(page, "imports-done");
  await importFile(await writeFaultyProducts(server.folder));
  await page.getByTestId("rejects").getByRole("button", { name: "Show line 31 as in the file" }).click();
  await inspectLooks(page, "imports-rejects");
  await page.getByRole("button", { name: "Fix rows here" }).click();
  await page.getByTestId("fix-table").getByRole("textbox").first().fill("SKU-FIXED");
  await inspectLooks(page, "imports-fix");
  await importFile(await writeWithTwoDelimiters(server.folder));
  await page.getByTestId("failure").waitFor();
  await inspectLooks(page, "imports-failed");
});

test("the list, and a running upload", async () => {
  await page.goto("/imports");
  await page.getByRole("link", { name: "prices.csv" }).waitFor();
  await inspectLooks(page, "imports-list");
  // The bytes of the upload are not sent, so it does not end before the test stops it.
  await page.route("**/api/uploads/*", (route) =>
    route.request().method() === "PATCH" ? undefined : route.continue(),
  );
  await page.getByTestId("file").setInputFiles(await writeProducts(server.folder, "on-its-way.csv", 200_000));
  await page.locator("tr", { hasText: "on-its-way.csv" }).getByText("Receiving").waitFor();
  await inspectLooks(page, "imports-uploading");
  await page.getByRole("button", { name: "Stop the upload of on-its-way.csv" }).click();
  await page.getByRole("button", { name: "Stop the upload of on-its-way.csv" }).waitFor({ state: "detached" });
  await page.locator("tr", { hasText: "on-its-way.csv" }).getByText("Cancelled").waitFor();
  await page.unroute("**/api/uploads/*");
  expect(watched.complaints).toEqual([]);
});

test("files dragged over the page, a page that does not exist, and an unreachable server", async () => {
  await page.evaluate(`{
    const files = new DataTransfer();
    files.items.add(new File([], "a.csv"));
    document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, dataTransfer: files }));
  }`);
  await page.getByText("Drop to import").waitFor();
  await inspectLooks(page, "imports-drop");
  await visit(page, "/imports/999999");
  await page.getByText("This import does not exist").waitFor();
  await inspectLooks(page, "imports-missing");
  await visit(page, "/nowhere");
  await page.getByText("Page not found").waitFor();
  await inspectLooks(page, "imports-nowhere");
  await page.goto("/imports");
  await page.getByRole("link", { name: "prices.csv" }).waitFor();
  await server.stop();
  await page.getByTestId("file").setInputFiles(await writeWithTwoDelimiters(server.folder));
  await page.getByText("The server is not responding.").waitFor();
  await page.getByTestId("dock").getByText("Waiting for the connection").waitFor();
  await inspectLooks(page, "imports-disconnected");
  expect(watched.foreign_requests).toEqual([]);
});
