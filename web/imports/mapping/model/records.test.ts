import { expect, test } from "vitest";
import type { PreviewColumn } from "../../../../contract/imports/imports.ts";
import { eachElement, listPaths, setPath, treeKind } from "./records.ts";

const NAMES = ["id", "title/en", "tags[]", "variants/sku[]", "variants/price/amount[]", "variants/barcode"];
const COLUMNS = NAMES.map((name): PreviewColumn => ({ name, target: "attribute", confidence: "high", samples: [] }));

test("lists of elements with a SKU can be products; other lists cannot", () => {
  expect(listPaths(NAMES)).toEqual(["variants"]);
  expect(listPaths(["SKU", "PARAM/NAME[]", "PARAM/VALUE[]", "IMG[]"])).toEqual([]);
  expect(listPaths(["id", "items/code[]"], ["items/code[]"])).toEqual(["items"]);
  expect([treeKind("json"), treeKind("xml"), treeKind("text")]).toEqual(["json", "xml", undefined]);
});

test("each element of a list becomes a product; the record becomes its parent, and all other values are kept", () => {
  expect(eachElement({ key: "id", name: "title/en", blank: { remove: ["*"] } }, "variants", "jsonl", COLUMNS)).toEqual({
    file: { kind: "jsonl", each: "variants/*" },
    key: "sku",
    parent: "../../id",
    name: "../../title/en",
    attributes: { tags: { from: "../../tags", all: true }, "price/amount": "price/amount" },
    blank: { remove: ["*"] },
  });
  expect(eachElement({ drop: ["id"] }, "variants", "xml", COLUMNS)).toEqual({
    file: { kind: "xml", each: "variants" },
    key: "sku",
    drop: ["../id"],
    attributes: {
      "title/en": "../title/en",
      tags: { from: "../tags", all: true },
      "price/amount": "price/amount",
    },
  });
});

test("a path is set or removed without a change of the other properties of the file", () => {
  const draft = { key: "sku", file: { kind: "json" as const, encoding: "utf-8", record: "data/*" } };
  expect(setPath(draft, "each", "variants/*", "json").file).toEqual({ ...draft.file, each: "variants/*" });
  expect(setPath(draft, "record", "", "json").file).toEqual({ kind: "json", encoding: "utf-8" });
});
