import { afterEach, expect, test } from "vitest";
import { german } from "../../texts/de.ts";
import { shownLanguage } from "../../texts/language.ts";
import { i18n } from "../../texts/t.ts";
import { noticeText } from "./import-texts.ts";
import { groupedText } from "./grouped-text.ts";

function show(language: "en" | "de"): void {
  i18n.global.setLocaleMessage("de", german);
  i18n.global.locale.value = language;
  shownLanguage.value = language;
}
afterEach(() => {
  show("en");
});

const SHOPIFY = { products: 40, rows: 52, groups: 10, by: "Handle", adds: 12, lists: "images" };

test("the sentence about grouped rows has a part for each way in which rows form products, in each language", () => {
  expect(groupedText({ values: SHOPIFY })).toBe(
    "40 products in 52 rows: rows with the same “Handle” belong together; 12 rows only add “images”.",
  );
  expect(groupedText({ values: { products: 1, rows: 2, layers: 1, layer: "locale", merges: 1 } })).toBe(
    "1 product in 2 rows: rows with the same SKU are merged into one product; 1 row changes a product only for its value in “locale”.",
  );
  show("de");
  expect(groupedText({ values: SHOPIFY })).toBe(
    "40 Produkte in 52 Zeilen: Zeilen mit gleichem Wert in „Handle“ gehören zusammen; 12 Zeilen ergänzen nur „images“.",
  );
});

test("a notice of an older release, which lacks the values, shows the message of the server", () => {
  const notice = { code: "rows_grouped" as const, message: "40 products in 52 rows.", column: null, count: 52 };
  expect(noticeText({ ...notice, values: { products: 40, rows: 52 } })).toBe("40 products in 52 rows.");
});
