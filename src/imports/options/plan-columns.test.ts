import { expect, test } from "vitest";
import { previewFile } from "../preview/preview.ts";
import { import_query } from "../../../contract/imports/imports.ts";
import type { Mapping, Value } from "../../../contract/mapping/mapping.ts";

const FILES = {
  "-1 beside 1": ["1", "-1", "1", "0"],
  "1 and 2 without 0": ["1", "2", "2", "1"],
  "2 beside 0": ["0", "1", "2", "1"],
  "words that e-commerce platforms use for yes and no": ["visible", "draft", "1.0", "trashed"],
};

async function activeOf(states: readonly string[], active: Value, more: Partial<Mapping> = {}): Promise<unknown[]> {
  const rows = states.map((state, i) => `A-${i},Product ${i},${state}\n`).join("");
  const options = import_query.parse({ mapping: { key: "sku", name: "name", active, ...more } });
  const { products, rejects } = await previewFile(Buffer.from(`sku,name,State\n${rows}`), true, options);
  return [
    ...products.map(({ row, active: isActive }) => [row, isActive]),
    ...rejects.map(({ row, code, message }) => [row, code, message]),
  ];
}

test.each(Object.entries(FILES))(
  "a computed value for `active` has the same meaning as a copied one: %s",
  async (_, states) => {
    const copied = await activeOf(states, "State");
    expect(await activeOf(states, { from: "State", default: "yes" })).toEqual(copied);
    expect(await activeOf(states, "State", { group: { by: "name" } })).toEqual(copied);
    expect(copied).toHaveLength(4);
  },
);

test("a column of names that is chosen for the SKU stays the name", async () => {
  const csv = Buffer.from("Product,Active,Text,Price\nOak desk,1,Solid,99\nLamp,0,,20\n");
  for (const given of [
    { key: "Product", name: "Product" },
    { key: "Text", name: "text" },
  ]) {
    const { columns, products } = await previewFile(csv, true, import_query.parse(given));
    expect(columns.map(({ name }) => name)).toEqual(["Product", "Active", "Text", "Price"]);
    const expected = given.key === "Product" ? "Oak desk" : "Solid";
    expect(products[0]).toMatchObject({ sku: expected, name: expected, active: true, attributes: { Price: "99" } });
  }
  const named = Buffer.from("Name,Active,Description\nOak desk,no,Solid\n");
  const { problem, products } = await previewFile(named, true, import_query.parse({ key: "Name" }));
  expect(problem).toBeNull();
  expect(products).toMatchObject([{ sku: "Oak desk", name: "Oak desk", active: false, description: "Solid" }]);
});
