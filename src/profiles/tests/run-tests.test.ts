// Running the tests that a profile contains.
import { expect, test } from "vitest";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { runTests } from "./run-tests.ts";

const INPUT = "Art;Bezeichnung;EK;Kategorien\nA-1;Lamp;1.204,50;a,b\n;Total;;\nA-2;Desk;auf Anfrage;\n";
const profile: ProfileDefinition = {
  ignore: [{ blank: "Art" }],
  key: "Art",
  name: "Bezeichnung",
  split: { ",": ["Kategorien"] },
  attributes: { price: { from: "EK", number: "1.234,56" } },
};
const product = { sku: "A-1", name: "Lamp", active: true, attributes: { price: "1204.50", Kategorien: ["a", "b"] } };
const sound = { input: INPUT, expected: [product], rejects: [{ line: 4, code: "does_not_fit" }], ignored: 1 };

test("a test passes if products, rejected and ignored rows are as expected", async () => {
  expect(await runTests({ ...profile, tests: [sound] })).toEqual([{ name: "Test 1", passed: true, differences: [] }]);
  expect(await runTests(profile)).toEqual([]);
});

test("differences name the product, the member and both values", async () => {
  const expected = [
    { ...product, name: "Desk", attributes: { price: "1", Kategorien: ["a", "b"], size: "L" } },
    { sku: "A-3" },
  ];
  const [result] = await runTests({ ...profile, tests: [{ name: "wrong", input: INPUT, expected, ignored: 2 }] });
  expect(result).toMatchObject({ name: "wrong", passed: false });
  expect(result?.differences).toEqual([
    { sku: "A-1", member: "name", expected: '"Desk"', actual: '"Lamp"' },
    { sku: "A-1", member: "attributes.price", expected: '"1"', actual: '"1204.50"' },
    { sku: "A-1", member: "attributes.size", expected: '"L"', actual: null },
    { sku: "A-3", member: "product", expected: '{"sku":"A-3"}', actual: null },
    { sku: null, member: "rejects.line 4", expected: null, actual: expect.stringContaining("auf Anfrage") as string },
    { sku: null, member: "ignored", expected: "2", actual: "1" },
  ]);
});

test("the rows with one SKU are merged with repeats=merge", async () => {
  const merging: ProfileDefinition = {
    repeats: "merge",
    key: "SKU",
    name: "Name",
    keep: false,
    attributes: { "stock-{Place}": "Stock" },
  };
  const input = "SKU,Name,Place,Stock\nA-1,Lamp,north,3\nA-1,Lamp,south,5\n";
  const expected = [{ sku: "A-1", name: "Lamp", attributes: { "stock-north": "3", "stock-south": "5" } }];
  expect(await runTests({ ...merging, tests: [{ input, expected, adds: 1 }] })).toMatchObject([{ passed: true }]);
});

test("an input that cannot be read fails the test with the reason", async () => {
  const [result] = await runTests({ ...profile, tests: [{ input: "a,b\n1,2\n", expected: [] }] });
  expect(result?.passed).toBe(false);
  expect(result?.differences[0]?.actual).toContain("Art");
});

test("rows that form products together are compared as products", async () => {
  const definition: ProfileDefinition = {
    group: { by: "Handle", fill: ["Title"], adds: [{ blank: "SKU" }] },
    key: "SKU",
    name: "Title",
    keep: false,
    attributes: { images: { from: "Image", all: true, over: "group" } },
  };
  const input = "Handle,Title,SKU,Image\nshirt,Shirt,S-1,1.jpg\nshirt,,S-2,\nshirt,,,2.jpg\n";
  const attributes = { images: ["1.jpg", "2.jpg"] };
  const expected = ["S-1", "S-2"].map((sku) => ({ sku, name: "Shirt", attributes }));
  expect(await runTests({ ...definition, tests: [{ input, expected }] })).toEqual([
    { name: "Test 1", passed: true, differences: [] },
  ]);
});
