import { expect, test } from "vitest";
import { mapping, type Mapping } from "../../../contract/mapping/mapping.ts";
import { describeMapping } from "./describe-mapping.ts";

const linesOf = (given: Mapping): string[] =>
  describeMapping(mapping.parse(given)).flatMap(({ lines }) => lines.map(({ subject, text }) => `${subject}: ${text}`));

test("each statement of a product is one line in plain words", () => {
  expect(
    linesOf({
      key: { from: ["Lieferant", "Artikelnummer"], join: ":", need: "all" },
      name: ["Kurztext", "Bezeichnung"],
      active: { from: "Status", map: { an: "yes", aus: "no" }, else: "reject" },
      attributes: {
        price: { from: "EK", number: "1.234,56" },
        tags: { from: "Tags", split: "," },
        images: { from: ["Bild", { from: "Bilder", split: "|" }], all: true },
        source: { const: "shop" },
        joined: { from: ["a", "b"], join: " " },
      },
      drop: ["Nr"],
      rename: { Alt: "Neu" },
    }),
  ).toEqual([
    "SKU: Lieferant and Artikelnummer, joined by “:” (blank if one of them is blank)",
    "Name: Kurztext, or if it is blank, Bezeichnung",
    "Active: Status; values replaced: “an” → “yes”, “aus” → “no”; any other text rejects the row",
    "price: EK; number written as 1.234,56",
    "tags: Tags; split at “,” into a list",
    "images: a list of Bild and (Bilder; split at “|” into a list)",
    "source: “shop”",
    "joined: a and b, joined by a space",
    "All others: become attributes under their own names",
    "Not imported: Nr",
    "Alt: becomes the attribute “Neu”",
    "Blank cells: change nothing",
  ]);
});

test("rows, matches, pairs and the file are described", () => {
  expect(
    linesOf({
      file: { encoding: "cp850", delimiter: "\t", header: { at: [4, 5] } },
      key: "EAN",
      match: { attribute: "gtin", as: "gtin", none: "create" },
      keep: false,
      pairs: [{ in: "Features", split: ",", pair: ":", list: true }],
      ignore: [
        { blank: ["Pos", "Nr"] },
        {
          any: [
            { of: "Pos", like: "Total{*}" },
            { of: "Pos", is: ["a", "b"] },
          ],
        },
      ],
      blank: { remove: ["Farbe"] },
      empty: ["__EMPTY__"],
    }),
  ).toEqual([
    "Product found by: EAN, compared as a GTIN with the attribute gtin; if no product is found, a new one is created",
    "Attributes whose names are in the data: pairs of name and value in the column Features; pairs separated by “,”; name and value separated by “:”; always a list",
    "All others: are not imported",
    "A row is not a product if: Pos and Nr are blank",
    "A row is not a product if: Pos matches “Total{*}”, or Pos is “a” or “b”",
    "Blank cells: change nothing",
    "A blank cell removes the value of: Farbe",
    "A value is erased by: “__EMPTY__”",
    "Encoding: cp850",
    "Delimiter: a tab",
    "Line of the column names: 4 and 5",
  ]);
});

test("it is described which rows form a product", () => {
  expect(
    linesOf({
      key: "SKU",
      keep: false,
      parent: { from: "Handle", unless: { of: "Option", is: "Default" }, lookup: "ids" },
      group: { by: "Handle", fill: ["Title", "Option{n}"], adds: [{ blank: ["SKU", "Price"] }, { blank: "Name" }] },
      kinds: {
        by: "Type",
        when: { "": {}, Variation: { parent: { group: "first" }, pairs: [{ in: "Details", pair: "=" }] } },
        else: "ignore",
      },
      overlay: { by: "locale", base: ["", "en"] },
      attributes: { images: { from: "Image", all: true, over: "group" } },
      links: [{ children: { from: "variants", split: "," } }],
      tables: { ids: { record: ".", key: "ID", value: "SKU" } },
      blank: { remove: ["*"] },
    }),
  ).toEqual([
    "SKU: SKU",
    "Parent: Handle; not if Option is “Default”; looked up in the table ids",
    "images: a list of Image; from all rows of the group",
    "Rows belong together by: Handle",
    "Blank cells take the first value of the group in: Title and Option{n}",
    "A row only adds values to its group if: SKU and Price are blank",
    "A row only adds values to its group if: Name is blank",
    "Kind of a row: Type",
    "Kind nothing: a product",
    "Kind “Variation”: Parent: the SKU of the group's first product; Attributes whose names are in the data: pairs of name and value in the column Details; name and value separated by “=”",
    "Any other kind: the row is ignored",
    "Language or store view of a row: locale",
    "Products themselves: nothing or “en”",
    "Variants of a product: variants; split at “,” into a list",
    "Table ids: the rows of the file; ID becomes SKU",
    "All others: are not imported",
    "Blank cells: remove the attribute",
  ]);
});
