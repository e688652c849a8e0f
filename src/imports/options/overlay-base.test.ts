// Tests which layer of a file is the base layer. A row in the base layer is the product itself.
import { expect, test } from "vitest";
import { withOverlayBase } from "./overlay-base.ts";

const mapping = {
  key: "Code",
  overlay: { by: "Locale", base: ["en_US"], without_base: "first" as const },
};
const HEADER = ["Code", "locale"];
const baseOf = (...layers: string[]): string[] | undefined =>
  withOverlayBase(
    mapping,
    HEADER,
    layers.map((layer, i) => [`c-${i}`, layer]),
  ).overlay?.base;

test("the layer of the first row is the base only if no row is in a base layer", () => {
  expect(baseOf("de_DE", "fr_FR")).toEqual(["de_DE"]);
  expect(baseOf("de_DE", "EN_us")).toEqual(["en_US"]);
  expect(baseOf("", "de_DE")).toEqual(["en_US"]);
  expect(baseOf()).toEqual(["en_US"]);
  expect(withOverlayBase(mapping, ["Code"], [["c-1"]])).toBe(mapping);
  const strict = { key: "Code", overlay: { by: "Locale", base: [""] } };
  expect(withOverlayBase(strict, HEADER, [["c-1", "de"]])).toBe(strict);
});

test("a list names the layers that are the base if no row is in a base layer", () => {
  const listed = { key: "Code", overlay: { by: "Locale", base: [""], without_base: ["default", "admin"] } };
  const rowsOf = (...layers: string[]): string[][] => layers.map((layer, i) => [`c-${i}`, layer]);
  expect(withOverlayBase(listed, HEADER, rowsOf("de", "default")).overlay?.base).toEqual(["default", "admin"]);
  expect(withOverlayBase(listed, HEADER, rowsOf("de", ""))).toBe(listed);
});
