// Rules for the cells of a column that do not depend on existing products: maximum lengths and allowed values.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { parseYesNo, type YesNoNumbers } from "../../../../contract/catalog/yes-no.ts";
import { FIELD_NAMES, kindOf, SETTABLE_FIELDS } from "../../../catalog/product/column-lists.ts";
import { isJsonCell, parseListCell } from "../../../catalog/product/attribute-list.ts";
import type { FieldKind } from "../../../catalog/product/product-columns.ts";
import { longestValue, parseNumber } from "../../../catalog/product/product.ts";
import { yesNoNumbers, type ActiveWatch } from "../../read/columns/judge-active.ts";
import type { Layout, LayoutColumn } from "../../layout.ts";
import type { RejectCode } from "../../../../contract/imports/imports.ts";

export type LimitedColumn = ReturnType<typeof longestValue> & { index: number };

/** The text columns whose cells have a maximum length, other than the SKU column. */
export const limitedColumns = (layout: Layout): LimitedColumn[] =>
  layout.columns.flatMap(({ target }, index) => (isLimited(target) ? [{ index, ...longestValue(target) }] : []));

/** Whether this module limits the length of the column's texts. The scanner checks the length of a SKU with its key, `typedColumns`
 * checks numbers and booleans, and the mapper checks computed attributes. */
const isLimited = (target: LayoutColumn["target"]): boolean => {
  switch (target) {
    case "attribute":
    case "used":
    case "ignored":
      return true;
    case "sku":
    case "members":
    case "removals":
    case "source_row":
    case "source_line":
    case "source_at":
    case "source_bytes":
    case "erases":
    case "delete":
      return false;
    default:
      return kindOf(target) === "text";
  }
};

export interface TypedColumn {
  index: number;
  /** Returns the fault of a cell's text. The caller leaves out blank texts. */
  faultOfText: (text: string) => RejectCode | undefined;
  /** Whether cells with `yes` or `no` have no fault, so that they need not be decoded. */
  takes_yes_or_no: boolean;
}

const faultsOfText = (
  numbers: YesNoNumbers,
  watch: ActiveWatch | undefined,
): Record<FieldKind, TypedColumn["faultOfText"] | undefined> => ({
  text: undefined,
  boolean: (text) => {
    const isFitting = parseYesNo(text, numbers) !== undefined;
    watch?.add(text, isFitting);
    return isFitting ? undefined : "not_yes_or_no";
  },
  number: (text) => (parseNumber(text) === undefined ? "not_a_number" : undefined),
});

/** The columns that accept only numbers, only yes and no, or JSON lists.
 * @param valuesOf returns a column's values in the first rows. These values show which numbers mean yes or no
 * @param watch checks the values of the column for the field `active` */
export const typedColumns = (
  layout: Layout,
  valuesOf: (column: number) => readonly string[],
  watch?: ActiveWatch,
): TypedColumn[] => [
  ...SETTABLE_FIELDS.flatMap((field) => {
    const index = layout[field];
    const kind = kindOf(field);
    const faultOfText = index < 0 ? undefined : faultsOfText(yesNoNumbers(valuesOf(index)), watch)[kind];
    // With `watch`, each cell has to be passed to `faultOfText`, because `watch` counts the values there.
    const takesYesOrNo = kind === "boolean" && watch === undefined;
    return faultOfText === undefined ? [] : [{ index, faultOfText, takes_yes_or_no: takesYesOrNo }];
  }),
  ...layout.attributes.flatMap(({ index, is_list }) =>
    is_list ? [{ index, faultOfText: faultOfListCell, takes_yes_or_no: false }] : [],
  ),
  ...listFields(layout).map((index) => ({ index, faultOfText: faultOfSingleCell, takes_yes_or_no: false })),
];

/** Returns the columns of the file that are named as columns of lists, but are copied to a field that contains a single text. */
const listFields = ({ columns, file_width }: Layout): number[] =>
  columns
    .slice(0, file_width)
    .flatMap(({ name, target }, index) =>
      name.endsWith(LIST_SUFFIX) && (FIELD_NAMES as readonly string[]).includes(target) ? [index] : [],
    );

const faultOfSingleCell = (text: string): RejectCode | undefined => (isJsonCell(text) ? "is_a_list" : undefined);

const faultOfListCell = (text: string): RejectCode | undefined =>
  isJsonCell(text) && parseListCell(text) === undefined ? "not_a_list" : undefined;
