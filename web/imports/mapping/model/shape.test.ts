import { expect, test } from "vitest";
import { mapping } from "../../../../contract/mapping/mapping.ts";
import { isKept } from "./kept.ts";
import type { Draft } from "./draft.ts";
import {
  addAdding,
  meaningOf,
  parentChoice,
  readGroup,
  removeAdding,
  setBase,
  setFill,
  setGroup,
  setKindColumn,
  setLayerColumn,
  setMeaning,
  setOtherKinds,
  setParent,
} from "./shape.ts";

/** A mapping with statements that the form cannot edit. */
const WHOLE: Draft = mapping.parse({
  key: ["sku", { from: ["Handle", "Option"], join: "/" }],
  name: ["Title", { group: "name" }],
  parent: { from: "Handle", unless: { of: "Option", is: "Default" } },
  group: { by: "Handle", fill: ["Title", "Option{n}"], adds: [{ blank: ["sku", "Price"] }] },
  kinds: {
    by: "Type",
    when: { Product: { pairs: [{ in: "Details", pair: "=" }] }, Variant: { name: "Long", parent: { group: "first" } } },
    else: "ignore",
  },
  overlay: { by: "locale", base: ["", "EN"], active_name: "online" },
  tables: { ids: { record: ".", key: "ID", value: "sku" } },
  links: [{ children: "variants" }],
  attributes: { images: { from: "Image", all: true, over: "group" }, price: "Price" },
});

test("an edit of the group changes only the group, and keeps its other settings", () => {
  const edited = setGroup(WHOLE, "by", ["Handle", "Shop"]);
  expect(edited).toEqual({ ...WHOLE, group: { ...WHOLE.group, by: { from: ["Handle", "Shop"], join: " " } } });
  expect(readGroup(edited).columns).toEqual(["Handle", "Shop"]);
  const begun = setGroup(WHOLE, "begins", ["ID"]);
  expect(begun.group).toEqual({ begins: "ID", fill: ["Title", "Option{n}"], adds: [{ blank: ["sku", "Price"] }] });
  expect(readGroup({ group: { begins: { of: "Kind", not: "Variation" } } }).columns).toBeUndefined();
  expect(setFill(WHOLE, ["Title"]).group).toEqual({ ...WHOLE.group, fill: ["Title"] });
  const more = addAdding(WHOLE, { column: "Name", relation: "blank", text: "" });
  expect(more.group?.adds).toEqual([{ blank: ["sku", "Price"] }, { blank: "Name" }]);
  expect(removeAdding(more, 0).group?.adds).toEqual([{ blank: "Name" }]);
});

test("without a group, no value reads the group, and the mapping stays valid", () => {
  const { group: _, ...without } = setGroup(WHOLE, "none", []);
  expect(without).toMatchObject({
    name: ["Title"],
    parent: WHOLE.parent,
    kinds: { when: { Product: WHOLE.kinds?.when["Product"], Variant: { name: "Long" } } },
    attributes: { images: { from: "Image", all: true }, price: "Price" },
  });
  expect(without.kinds?.when["Variant"]).toEqual({ name: "Long" });
  expect(JSON.stringify(without)).not.toContain('"group"');
  expect(mapping.safeParse(without).success).toBe(true);
});

test("the parent is a column, a value of the group, or a value that the form only shows", () => {
  expect(parentChoice(WHOLE)).toBe("other");
  expect(parentChoice(setParent(WHOLE, "first"))).toBe("first");
  expect(setParent(WHOLE, { column: "Parent" }).parent).toBe("Parent");
  expect(parentChoice(setParent(WHOLE, "none"))).toBe("none");
});

test("a file with layers has at least one value of the products themselves", () => {
  expect(setBase(WHOLE, "en", false).overlay).toEqual({ by: "locale", base: [""], active_name: "online" });
  expect(setBase(setBase(WHOLE, "en", false), "", false).overlay?.base).toEqual([""]);
  expect(setBase(WHOLE, "de", true).overlay?.base).toEqual(["", "EN", "de"]);
  expect(setLayerColumn({ key: "sku" }, "lang", ["de", ""]).overlay).toEqual({ by: "lang", base: [""] });
  expect(setLayerColumn({ key: "sku" }, "lang", ["de", "fr"]).overlay).toEqual({ by: "lang", base: ["de"] });
  expect(setLayerColumn(WHOLE, "store", []).overlay).toEqual({ ...WHOLE.overlay, by: "store" });
  expect(setLayerColumn(WHOLE, "store", ["en", "de"]).overlay?.base).toEqual(["", "EN"]);
  expect(setLayerColumn(WHOLE, "Colour", ["red", "blue"]).overlay?.base).toEqual(["red"]);
  expect(setLayerColumn(WHOLE, "", []).overlay).toBeUndefined();
});

test("what a kind means changes only that kind, and keeps its other statements", () => {
  expect(["product", "VARIANT", "Bundle"].map((kind) => meaningOf(WHOLE, kind))).toEqual([
    "product",
    "variant",
    "other",
  ]);
  expect(setMeaning(WHOLE, "Variant", "product").kinds?.when).toEqual({
    Product: WHOLE.kinds?.when["Product"],
    Variant: { name: "Long" },
  });
  expect(setMeaning(WHOLE, "bundle", "variant").kinds?.when["bundle"]).toEqual({ parent: { group: "first" } });
  expect(Object.keys(setMeaning(WHOLE, "Product", "other").kinds?.when ?? {})).toEqual(["Variant"]);
  expect(setOtherKinds(WHOLE, "reject").kinds?.else).toBe("reject");
  const moved = setKindColumn(WHOLE, "Art", ["Product", "Set"]);
  expect(moved.kinds).toEqual({ by: "Art", when: { ...WHOLE.kinds?.when, Set: {} }, else: "ignore" });
  expect(Object.keys(setKindColumn(moved, "Type", ["Product"]).kinds?.when ?? {})).toEqual(["Product", "Variant"]);
});

test("columns that only a kind or a layer uses do not become attributes", () => {
  const names = ["Type", "locale", "Details", "Long", "Colour", "Handle"];
  expect(names.filter((name) => isKept(WHOLE, name, names))).toEqual(["Colour"]);
});
