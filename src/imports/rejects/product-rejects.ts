// Rejected products that were formed from several rows: adds the source record and the values of the product to their descriptions.
import type { AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import type { Layout } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import type { TextFile } from "../read/text/text-file.ts";
import { PRODUCTS_DIALECT, sourceRange, splitProducts, type FormedProduct } from "../shape/products-text.ts";
import type { StoredReject } from "./make-reject.ts";

/** The values of a rejected product, as `import_rejects.product` contains them. */
export type RejectedProduct = Partial<Record<FieldName, string>> & { attributes: Record<string, AttributeValue> };

/** The values of a product as JSON. */
export const productJson = ({ fields, attributes }: Pick<FormedProduct, "fields" | "attributes">): string =>
  JSON.stringify({ ...Object.fromEntries(fields), attributes: Object.fromEntries(attributes) });

/**
 * Returns the rejects with the record of the file as `raw`. In the parameter `rejects`, `raw` is the record of the formed product
 * (shape/products-text.ts).
 * @param file the text of the file
 */
export async function withSources(
  rejects: readonly StoredReject[],
  layout: Layout,
  file: TextFile,
): Promise<StoredReject[]> {
  const found: StoredReject[] = [];
  for (const reject of rejects) {
    const records = splitProducts(Buffer.from(reject.raw), layout);
    const first = records.first_field[0] as number;
    const textOf = (column: number): string => (column < 0 ? "" : fieldText(records, first + column, PRODUCTS_DIALECT));
    const fields = FIELD_NAMES.map((field): [FieldName, string] => [field, textOf(layout[field])]);
    const attributes = JSON.parse(`{${textOf(layout.members)}}`) as Record<string, AttributeValue>;
    const product = productJson({
      fields: new Map(fields.filter(([, text]) => text !== "")),
      attributes: new Map(Object.entries(attributes)),
    });
    const { at, bytes } = sourceRange(records, 0, layout);
    const raw = Buffer.alloc(bytes);
    await file.read(raw, 0, bytes, at);
    found.push({ ...reject, raw: raw.toString("utf8"), product });
  }
  return found;
}
