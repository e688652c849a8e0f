// Computes the products of a file in memory, as an import into an empty catalogue would store them.
import type { Dialect } from "../../contract/imports/imports.ts";
import { parseYesNo } from "../../contract/catalog/yes-no.ts";
import { parseListCell } from "../../src/catalog/product/attribute-list.ts";
import { skuKey, trimWhiteSpace } from "../../src/catalog/product/sku-key.ts";
import type { Layout } from "../../src/imports/layout.ts";
import type { Mapper } from "../../src/imports/mapping/mapper.ts";
import { fieldText } from "../../src/imports/read/field-text.ts";
import { sourceRow } from "../../src/imports/shape/products-text.ts";
import type { Records } from "../../src/imports/read/records.ts";

export interface ShapeProduct {
  sku: string;
  name: string;
  description: string | null;
  active: boolean;
  parent_sku: string | null;
  attributes: Record<string, string | string[]>;
}

export interface ShapeResult {
  records: number;
  adds: number;
  ignored: number;
  superseded: number;
  /** Number of rows that delete their products. */
  deleted: number;
  /** `record` is the number of the rejected record, from 1. */
  rejects: { record: number; message: string }[];
  products: ShapeProduct[];
}

const isSet = (bits: Uint8Array | null, r: number): boolean =>
  bits !== null && (((bits[r >> 3] as number) >> (r & 7)) & 1) === 1;

export function productsOf(
  source: Records,
  { layout, dialect, mapper }: { layout: Layout; dialect: Dialect; mapper: Mapper | null },
): ShapeResult {
  const mapped = mapper?.map(source) ?? { records: source, ignored: null, faults: new Map<number, never>() };
  const { records } = mapped;
  const result: ShapeResult = {
    records: records.count,
    adds: 0,
    ignored: 0,
    superseded: 0,
    deleted: 0,
    rejects: [],
    products: [],
  };
  const places = new Map<string, number>();
  const textOf = (r: number, column: number): string =>
    column < 0 ? "" : fieldText(records, (records.first_field[r] as number) + column, dialect);
  for (let r = 0; r < records.count; r++) {
    const fault = mapped.faults.get(r);
    const sku = trimWhiteSpace(textOf(r, layout.sku));
    const record = layout.source_row < 0 ? r + 1 : sourceRow(records, r, layout);
    if (isSet(mapped.ignored, r)) result.ignored++;
    else if (fault !== undefined) result.rejects.push({ record, message: `"${fault.text}" is not ${fault.expected}` });
    else if (sku === "") result.rejects.push({ record, message: "no SKU" });
    else if (/^\d+[.,]\d+E\+\d+$/.test(sku)) result.rejects.push({ record, message: "damaged SKU" });
    else if (textOf(r, layout.delete) !== "") result.deleted++;
    else {
      const product: ShapeProduct = {
        sku,
        name: textOf(r, layout.name),
        description: textOf(r, layout.description) || null,
        active: parseYesNo(textOf(r, layout.active)) ?? true,
        parent_sku: textOf(r, layout.parent_sku) || null,
        attributes: attributesOf(r),
      };
      const key = skuKey(sku);
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, result.products.length);
        result.products.push(product);
      } else {
        result.superseded++;
        result.products[place] = product;
      }
    }
  }
  return result;

  function attributesOf(r: number): Record<string, string | string[]> {
    const copied = layout.attributes
      .map(({ name, index, is_list }): [string, string | string[]] => {
        const text = textOf(r, index);
        return [name, is_list ? (parseListCell(text) ?? text) : text];
      })
      .filter(([, value]) => value.length > 0);
    const members = layout.members < 0 ? "" : textOf(r, layout.members);
    return {
      ...Object.fromEntries(copied),
      ...(JSON.parse(`{${members}}`) as Record<string, string | string[]>),
    };
  }
}
