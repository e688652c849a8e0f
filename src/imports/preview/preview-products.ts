// The products of a preview: the first rows of a sample as an import would store them. The values come from the import's mapper and follow
// the rules of the encoder (load/encode-rows.ts). A test compares the products of a preview with imported products.
import { parseYesNo } from "../../../contract/catalog/yes-no.ts";
import { isList, type AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import { cutText } from "../../../contract/faults.ts";
import { parseListCell } from "../../catalog/product/attribute-list.ts";
import { isBlankText } from "../../catalog/product/product.ts";
import { trimWhiteSpace } from "../../catalog/product/sku-key.ts";
import type { Layout } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import type { Records } from "../read/records.ts";
import { sourceRow } from "../shape/products-text.ts";
import type { Dialect, Preview } from "../../../contract/imports/imports.ts";

export type PreviewProduct = Preview["products"][number];

/** A preview shows at most this number of characters of a text, attributes of a product, and elements of a list. */
const SHOWN_CHARACTERS = 1000;
const SHOWN_ATTRIBUTES = 200;
const SHOWN_ELEMENTS = 50;

const shortValue = (value: AttributeValue): AttributeValue =>
  isList(value)
    ? value.slice(0, SHOWN_ELEMENTS).map((element) => cutText(element, SHOWN_CHARACTERS))
    : cutText(value, SHOWN_CHARACTERS);

interface Source {
  records: Records;
  /** Number of rows of the file before the first of `records`. */
  rows_before: number;
  layout: Layout;
  dialect: Dialect;
  /** Whether the row with this index is rejected, ignored or superseded. */
  isSkipped: (row: number) => boolean;
  /** Whether new products are active if the file does not specify it. */
  active: boolean;
}

/** Returns at most `limit` products, in the order of the file. */
export function previewProducts(source: Source, limit: number): PreviewProduct[] {
  const { records, rows_before: before, isSkipped } = source;
  const products: PreviewProduct[] = [];
  for (let r = 0; r < records.count && products.length < limit; r++) {
    if (!isSkipped(before + r)) products.push(productOf(source, r));
  }
  return products;
}

function productOf({ records, rows_before: before, layout, dialect, active }: Source, r: number): PreviewProduct {
  const first = records.first_field[r] as number;
  const textOf = (column: number): string => (column < 0 ? "" : fieldText(records, first + column, dialect));
  const activeCell = textOf(layout.active);
  return {
    line: records.line[r] as number,
    row: layout.source_row < 0 ? before + r + 1 : sourceRow(records, r, layout),
    sku: trimWhiteSpace(textOf(layout.sku)),
    name: cutText(textOf(layout.name), SHOWN_CHARACTERS),
    description: cutText(textOf(layout.description), SHOWN_CHARACTERS),
    active: isBlankText(activeCell) ? active : parseYesNo(activeCell) === true,
    parent_sku: trimWhiteSpace(textOf(layout.parent_sku)),
    attributes: attributesOf(layout, textOf),
  };
}

function attributesOf(layout: Layout, textOf: (column: number) => string): Record<string, AttributeValue> {
  const copied = layout.attributes.flatMap(({ index, name, is_list }): [string, AttributeValue][] => {
    const text = textOf(index);
    const value = is_list ? (parseListCell(text) ?? text) : text;
    return value.length === 0 ? [] : [[name, value]];
  });
  const members = JSON.parse(`{${textOf(layout.members)}}`) as Record<string, AttributeValue>;
  const shown = [...copied, ...Object.entries(members)].slice(0, SHOWN_ATTRIBUTES);
  return Object.fromEntries(shown.map(([name, value]) => [name, shortValue(value)]));
}
