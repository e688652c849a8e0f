// The plan of a mapping: what a mapping does to the records of one file, with its columns as numbers. A plan is stored with its import as
// JSON, so that the scan, all loaders and a resumed import compute the same values.
import type { FieldName } from "../../catalog/product/column-lists.ts";
import type { LayoutColumn, SourceTarget } from "../layout.ts";
import type { GroupValue } from "../../../contract/mapping/value.ts";
import type { YesNoNumbers } from "../../../contract/catalog/yes-no.ts";
import type { Column } from "../../../contract/imports/imports.ts";
import type { DateFormat } from "./steps/date.ts";
import type { NumberFormat } from "./steps/number.ts";
import type { Token } from "./steps/template.ts";

/** Version of the mapper. Another version may compute other values, so a loader refuses the plan of another version. */
export const PLAN_VERSION = 3;

/** What happens to a text that does not match the template or is not in the value map. `keep`: the text is kept. `note`: the text is kept,
 * and a notice of the import counts it. */
export type Otherwise = "reject" | "keep" | "note" | "blank" | "hold";

/** A step on the way from a cell to a value. The steps of a value are in the order in which they are applied. */
export type Step =
  | { step: "strip_html" }
  | { step: "trim" }
  | { step: "replace"; pairs: [string, string][] }
  | { step: "case"; to: "upper" | "lower" }
  | { step: "split"; by: string }
  | { step: "like"; text: string; template: Token[]; otherwise: Otherwise }
  | { step: "map"; entries: [string, string][]; otherwise: Otherwise; statement: string }
  | { step: "number"; format: NumberFormat; scale: number }
  | { step: "date"; format: DateFormat }
  | { step: "yes_no"; yes: string[]; no: string[]; numbers?: YesNoNumbers }
  | { step: "gtin" }
  | { step: "prefix"; text: string }
  | { step: "suffix"; text: string }
  | { step: "lookup"; table: string; otherwise: "reject" | "keep" | "blank" };

export interface ValueNode {
  /** The sources of the value. A number is the index of a column. A ValueNode is a value with steps of its own. */
  sources: (number | ValueNode)[];
  /** `constant` is used if there are no sources. */
  constant: string | null;
  use: "first" | "join" | "all";
  /** Separator of `join`. */
  separator: string;
  /** With `join`: the value is blank if one of its sources is blank. */
  need_all: boolean;
  /** With `join`: whether only the last source may contain the separator. Rows with different sources then always have different values. */
  is_distinct: boolean;
  /** In a key: whether a source with a damaged value, such as `4.00638E+12`, rejects the row. Such a value has lost digits, so different
   * products would get the same key. */
  is_key_part?: boolean;
  /** The columns of the sources whose cells may be lists. */
  lists?: number[];
  /** Whether a list in one of the sources rejects the row. The key of a product is never one of several values of a list. */
  refuses_lists?: true;
  /** Whether the texts of the sources are trimmed. */
  trim: boolean;
  /** The value of the record's group that is read instead of `sources`. */
  group?: GroupValue;
  /** Whether the sources are read in all records of the group. */
  over_group?: true;
  /** A source with one of these texts counts as blank. */
  without?: string[];
  /** The value is blank in records that do not meet `test` (or that meet it, if `is_met` is false). `test` is null if the file lacks the
   * columns of the condition: no record meets it then. */
  condition?: { test: ConditionNode | null; is_met: boolean }[];
  steps: Step[];
  /** `true` stores a single text as a list, `false` stores only the first element of a list, and null stores the value unchanged. */
  list: boolean | null;
  fallback: string | null;
  /** The first column that the value reads, for messages; -1 if it reads none. */
  column: number;
}

/** A part of an attribute's name: a constant text, the cell in a column, or the text that matched a placeholder (`hole`) of the value's
 * template. */
export type NamePart =
  | { text: string }
  | {
      column: number;
      /** Whether the cells of the column may be lists. */
      is_list?: true;
    }
  | { hole: string };

export interface AttributeNode {
  /** A string if the name is the same for all records. */
  name: string | NamePart[];
  value: ValueNode;
}

export type PairNode =
  /** Attributes from the elements of an XML or JSON file. The cell in `column` contains the elements as JSON objects. A number in the
   * sources of `name`, `value` and `unit` is an index into `names`, the paths within an object, and not the index of a column. */
  | {
      kind: "nested";
      column: number;
      names: string[];
      name: ValueNode;
      value: ValueNode;
      unit: ValueNode | null;
      without: string[];
      list: boolean;
    }
  | { kind: "each"; name: ValueNode; value: ValueNode; unit: ValueNode | null; without: string[]; list: boolean }
  | {
      kind: "in";
      column: number;
      split: string;
      pair: string;
      like: { text: string; template: Token[] } | null;
      without: string[];
      list: boolean;
    };

/** A condition is met if all its tests are met. A member that is null is not a test. */
export interface ConditionNode {
  blank: number[] | null;
  of: ValueNode | null;
  is: string[] | null;
  not: string[] | null;
  like: Token[] | null;
  any: ConditionNode[] | null;
}

/** A column that the mapper appends to each record. The column `members` contains the computed attributes as the members of a JSON object,
 * without its braces. The column `removals` contains a member with the value null for each attribute that an erase marker (a text in the
 * mapping's `empty`) erases. The column `delete` is not blank if the record deletes its product. */
export interface PlanColumn extends LayoutColumn {
  target: FieldName | "members" | "removals" | "delete" | SourceTarget;
  computed?: true;
}

/** What the records of one kind become: the values of a product. */
export interface ProductNode {
  fields: { target: FieldName; value: ValueNode }[];
  attributes: AttributeNode[];
  pairs: PairNode[];
}

/** A lookup table of the mapping. */
export interface TableNode {
  name: string;
  /** Reads an entry of the lookup table from a row. Null if the entries are not rows of the file, or if the file lacks the columns of the
   * key or the value. */
  entry: { key: ValueNode; value: ValueNode; parent: ValueNode | null } | null;
  /** Whether the entries can have parents. If so, a lookup finds a path: the values of the entry's ancestors and of the entry itself. */
  is_path: boolean;
  /** The separator with which the elements of a path are joined into one text; null if a path is stored as a list. */
  join: string | null;
}

/** How records become products if a record is not a product of its own. */
export interface ShapePlan {
  group: {
    by: ValueNode | null;
    begins: ConditionNode | null;
    /** Columns whose blank cells take the first value of the group. */
    fill: number[];
    adds: ConditionNode[];
  } | null;
  kinds: { by: ValueNode; names: string[]; else: "ignore" | "reject" } | null;
  /** The values of each kind, in the order of `kinds.names`; a single element if there are no kinds. */
  products: ProductNode[];
  /** The attributes that are copied from columns, whatever the kind of the record. */
  kept: AttributeNode[];
  overlay: { by: number; base: string[]; active_name: string } | null;
  /** Whether a record with the same key as an earlier record adds its values to the product of the earlier record. */
  merges: boolean;
  links: ValueNode[];
  tables: TableNode[];
}

export interface MappingPlan {
  version: number;
  /** Number of columns of the file. */
  width: number;
  /** Names of the file's columns, for messages. */
  names: string[];
  /** The computed columns, which the mapper appends to the file's columns in this order. */
  columns: PlanColumn[];
  /** The value of each computed column whose target is a field. */
  fields: { target: FieldName; value: ValueNode }[];
  attributes: AttributeNode[];
  pairs: PairNode[];
  ignore: ConditionNode[];
  /** A record that meets this condition deletes its product. Absent if the mapping deletes nothing. */
  delete_when?: ConditionNode;
  /** Columns in which a blank cell rejects the row. */
  reject_blank: number[];
  /** A cell with one of these texts erases the stored value. */
  empty: string[];
  /** Attributes that are copied from a column. If that column's cell is not blank, the mapper adds no attribute with the same name from
   * the data. */
  copied: { name: string; column: number }[];
  /** Set if the records form products together. `columns` are then the columns of the text to which these products are written
   * (shape/products-text.ts). */
  shape?: ShapePlan;
}

/** The columns of the records that are loaded: those of the file, followed by the computed ones; or those of the products that were formed
 * from the records of the file. */
export const planLayoutColumns = (columns: readonly Column[], plan: MappingPlan | null): LayoutColumn[] =>
  plan?.shape === undefined ? [...columns, ...(plan?.columns ?? [])] : plan.columns;
