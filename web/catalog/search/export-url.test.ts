import { expect, test } from "vitest";
import { exportUrl } from "./export-url.ts";

test("an export has the list's filter and sort order, and a parameter for spreadsheets", () => {
  const sort = { by: "name", descending: true };
  const filter = { search: "lamp", "attributes.Brand": "A&B" };
  expect(exportUrl(filter, sort, "csv")).toBe(
    "/api/products/export?search=lamp&attributes.Brand=A%26B&sort=-name&format=csv",
  );
  expect(exportUrl({}, sort, "excel_csv")).toBe("/api/products/export?sort=-name&format=csv&spreadsheet=true");
  expect(exportUrl({}, sort, "xlsx")).toBe("/api/products/export?sort=-name&format=xlsx");
});
