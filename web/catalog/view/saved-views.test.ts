import { expect, test } from "vitest";
import { withView } from "./saved-views.ts";

test("a view saved under an existing name replaces it", () => {
  const views = [
    { name: "Inactive", query: { q: "active:no" } },
    { name: "New", query: { sort: "-created_at" } },
  ];
  expect(withView(views, { name: "Inactive", query: { q: "active:no lamp" } })).toEqual([
    { name: "Inactive", query: { q: "active:no lamp" } },
    views[1],
  ]);
  expect(withView(views, { name: "All", query: {} }).map(({ name }) => name)).toEqual(["Inactive", "New", "All"]);
});
