import { expect, test } from "vitest";
import { acceptGroup, suggestGroup } from "./group-rows.ts";

const NAMES = ["Handle", "Title", "SKU", "Size", "Image", "Position"];
const VARIANTS = [
  ["mug", "Mug", "M-1", "S", "1.jpg", "1"],
  ["mug", "", "M-2", "L", "2.jpg", "2"],
  ["mug", "", "", "", "3.jpg", "3"],
  ["lamp", "Lamp", "L-1", "", "4.jpg", "1"],
];

test("rows that share a value and lack the title of the first row are suggested as a group; rows without a SKU add their images", () => {
  const suggestion = suggestGroup({ names: NAMES, cells: VARIANTS }, "SKU");
  expect(suggestion).toEqual({ by: "Handle", fill: ["Title"], lists: ["Image"] });
  if (suggestion === undefined) return;
  expect(acceptGroup({ key: "SKU", name: "Title", drop: ["Position"] }, suggestion, "SKU", NAMES)).toEqual({
    key: "SKU",
    name: "Title",
    drop: ["Position"],
    group: { by: "Handle", fill: ["Title"], adds: [{ blank: "SKU" }] },
    attributes: { Image: { from: "Image", all: true, over: "group" } },
  });
});

test.each([
  ["every row has its own value", VARIANTS.filter(([, title]) => title !== "")],
  [
    "the first rows are not filled more than the others",
    VARIANTS.map(([handle, , ...cells]) => [handle, "T", ...cells]),
  ],
  ["a value returns later", [...VARIANTS, ["mug", "", "M-3", "XL", "", ""]]],
])("no group is suggested if %s", (_, cells) => {
  expect(suggestGroup({ names: NAMES, cells: cells as string[][] }, "SKU")).toBeUndefined();
});
