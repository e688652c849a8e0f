// Exports the rejected rows of an import whose rows form products together: the values of their products, and the rows themselves. The file
// can be imported without a mapping.
import type pg from "pg";
import { LIST_SUFFIX, type AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import { csvLineWithBlanks } from "../../csv-line.ts";
import type { ShapedPlan } from "../shape/record-judge.ts";
import type { RejectedProduct } from "./product-rejects.ts";
import type { StoredReject } from "./make-reject.ts";
import { rejectedAttributes, type RejectedAttribute } from "./store.ts";

/** Maximum number of attributes in the exported file, so that the file can be imported: an import accepts at most 2,000 columns. */
const MAX_ATTRIBUTES = 1900;

export interface ProductsCsv {
  header: string;
  /** Number of columns, not counting the columns for the reasons. */
  width: number;
  lineOf(reject: StoredReject): string;
}

export async function createProductsCsv(pool: pg.Pool, importId: number, plan: ShapedPlan): Promise<ProductsCsv> {
  const fields = FIELD_NAMES.filter((field) => plan.columns.some(({ target }) => target === field));
  const attributes = await rejectedAttributes(pool, importId, MAX_ATTRIBUTES);
  return {
    width: fields.length + attributes.length,
    header: csvLineWithBlanks([
      ...fields,
      ...attributes.map(({ name, is_list }) => (is_list ? name + LIST_SUFFIX : name)),
      ...REJECT_COLUMNS,
    ]),
    lineOf: ({ row, line, column, code, message, raw, product, source }) =>
      csvLineWithBlanks([
        ...cellsOf(product ?? null, fields, attributes),
        String(row),
        String(line),
        column ?? "",
        code,
        message,
        source ?? raw,
      ]),
  };
}

function cellsOf(
  product: string | null,
  fields: readonly FieldName[],
  attributes: readonly RejectedAttribute[],
): string[] {
  const values = product === null ? { attributes: {} } : (JSON.parse(product) as RejectedProduct);
  return [
    ...fields.map((field) => values[field] ?? ""),
    ...attributes.map(({ name, is_list }) =>
      Object.hasOwn(values.attributes, name) ? cellOf(values.attributes[name] as AttributeValue, is_list) : "",
    ),
  ];
}

/** In a column of lists, a text that begins with `[` or a quote would be read as JSON, so it is written as JSON. */
const cellOf = (value: AttributeValue, isList: boolean): string =>
  typeof value === "string" && !(isList && /^["[]/.test(value)) ? value : JSON.stringify(value);
