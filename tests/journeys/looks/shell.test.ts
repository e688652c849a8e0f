// Checks the frame of the page (web/shell), the start page and the settings in light mode, in dark mode and on a phone (see looks.ts).
import { expect, test } from "vitest";
import { startOnePage, visit } from "../support/journey.ts";
import { inspectLooks } from "../support/looks.ts";

const { watched, page } = await startOnePage();

test("the start page of an empty catalogue", async () => {
  await page.goto("/");
  await page.getByRole("heading", { name: "Start your catalogue with a file" }).waitFor();
  await inspectLooks(page, "start");
});

test("the settings in both languages", async () => {
  await visit(page, "/settings");
  await page.getByText("Up to date").waitFor();
  await inspectLooks(page, "settings");
  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.getByText("Aktuell", { exact: true }).waitFor();
  await inspectLooks(page, "settings-german");
  await page.getByRole("button", { name: "Wie im Browser" }).click();
});

test("the palette and the list of shortcuts", async () => {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await inspectLooks(page, "help", false);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: "Imports" }).waitFor();
  await inspectLooks(page, "palette", false);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("the preview of an undo, and the dock after it", async () => {
  await page.goto("/");
  await page.getByRole("button", { name: "Import a sample catalogue" }).click();
  await page.getByRole("button", { name: "Undo…" }).click();
  await page.getByRole("dialog").getByText("2,396", { exact: true }).waitFor();
  await inspectLooks(page, "undo", false);
  await page.getByRole("button", { name: "Undo for 2,396 products" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByTestId("dock").getByText("2,396 deleted").waitFor();
  await inspectLooks(page, "dock");
  expect(watched.complaints).toEqual([]);
  expect(watched.foreign_requests).toEqual([]);
});
