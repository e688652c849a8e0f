// Matches the columns of a file with the fields of a product, by their names alone. A column that matches no field becomes an
// attribute.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { REJECT_COLUMNS, type Column } from "../../../../contract/imports/imports.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS, UNUSABLE_ATTRIBUTE_NAME } from "../../../../contract/catalog/product-limits.ts";
import { FIELD_NAMES, type FieldName } from "../../../catalog/product/column-lists.ts";
import { SYNONYMS } from "./column-synonyms.ts";

const RANKS = new Map(
  FIELD_NAMES.map((field) => [field, new Map(SYNONYMS[field].map((name, rank) => [plainName(name), rank]))]),
);
const FIELD_OF_NAME = new Map(
  FIELD_NAMES.flatMap((field) => SYNONYMS[field].map((name) => [plainName(name), field] as const)),
);

/**
 * Returns one column per header cell, in file order. Each field of a product gets at most one column: an exact name wins over a
 * synonym, an earlier synonym of the list over a later one, and the first of several columns with the same name over the later
 * ones. The remaining columns are attributes under their trimmed names. An empty name becomes `Column 3`, for example, and a
 * repeated name gets ` (2)` appended. A column of lists, whose name ends with `[]`, becomes the attribute without this ending.
 */
export function matchColumns(header: readonly string[]): Column[] {
  const names = header.map((cell) => cell.trim());
  const plain = names.map((name) => (listNameOf(name) === undefined ? plainName(name) : ""));
  const targets = new Map<number, FieldName>();
  for (const field of FIELD_NAMES) {
    const best = bestColumn(field, names, plain);
    if (best !== -1) targets.set(best, field);
  }
  return nameColumns(names, targets);
}

/** Returns the columns with all of them as attributes. */
export const attributeColumns = (header: readonly string[]): Column[] =>
  nameColumns(
    header.map((cell) => cell.trim()),
    new Map(),
  );

function nameColumns(names: readonly string[], targets: ReadonlyMap<number, FieldName>): Column[] {
  const taken = new Map(names.filter((_, position) => targets.has(position)).map((name) => [name, 1]));
  return names.map((name, position) => {
    const target = targets.get(position);
    if (target !== undefined) return { name, target };
    if (IGNORED_NAMES.has(name)) return { name, target: "ignored" };
    const list = listNameOf(name);
    if (list !== undefined) {
      const attribute = freeName(shorten(list), taken);
      return { name: attribute + LIST_SUFFIX, target: "attribute", attribute, is_list: true };
    }
    return { name: freeName(shorten(name) || `Column ${String(position + 1)}`, taken), target: "attribute" };
  });
}

/** Returns the name of the attribute if the column contains lists, and otherwise undefined. */
function listNameOf(name: string): string | undefined {
  if (!name.endsWith(LIST_SUFFIX)) return undefined;
  const list = name.slice(0, -LIST_SUFFIX.length).trimEnd();
  return list === "" || list === UNUSABLE_ATTRIBUTE_NAME ? undefined : list;
}

/** Names of columns to ignore: the columns that a rejects file adds, and a name that no attribute may have. */
const IGNORED_NAMES: ReadonlySet<string> = new Set([...REJECT_COLUMNS, UNUSABLE_ATTRIBUTE_NAME]);

/** Returns the columns of a file without a header. All are attributes, because which of them contains the SKU cannot be known. */
export function unnamedColumns(count: number): Column[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `Column ${String(position + 1)}`,
    target: "attribute",
  }));
}

/** Maximum number of columns that a problem lists. All 2,000 possible columns would add 200 kB to a list of imports. */
const LISTED_COLUMNS = 20;

/** Returns the problem's text for a file without a SKU column: the columns found, and names that would be recognized. */
export function describeMissingSku(columns: readonly Column[]): string {
  const names = columns.slice(0, LISTED_COLUMNS).map(({ name }) => `"${name}"`);
  if (columns.length > LISTED_COLUMNS) names.push(`and ${columns.length - LISTED_COLUMNS} more`);
  const found = names.join(", ");
  return `No column of the file contains the SKU. Columns found: ${found || "none"}. Rename the column with the SKUs to "sku" (or "item number", "article number", "product code").`;
}

/** Counts the fields of a product that the cells name, as evidence that the cells are a header. */
export function countKnownNames(cells: readonly string[]): number {
  const known = new Set<FieldName>();
  for (const cell of cells) {
    const field = cell.length <= 60 ? FIELD_OF_NAME.get(plainName(cell)) : undefined;
    if (field !== undefined) known.add(field);
  }
  return known.size;
}

/** Removes case, blanks, punctuation and accents, so that spellings of a name compare as equal. `#` is not removed, because it
 * means "number". */
function plainName(name: string): string {
  if (name.length > MAX_ATTRIBUTE_NAME_CHARACTERS) return "";
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}#]/gu, "")
    .normalize("NFC");
}

function bestColumn(field: FieldName, names: readonly string[], plain: readonly string[]): number {
  const exact = names.indexOf(field);
  if (exact !== -1) return exact;
  const ranks = RANKS.get(field) as ReadonlyMap<string, number>;
  let best = -1;
  let bestRank = Infinity;
  plain.forEach((name, position) => {
    const rank = ranks.get(name);
    if (rank !== undefined && rank < bestRank) {
      best = position;
      bestRank = rank;
    }
  });
  return best;
}

/** Truncates a name that is too long for an attribute. */
function shorten(name: string): string {
  return Array.from(name.slice(0, MAX_ATTRIBUTE_NAME_CHARACTERS * 2))
    .slice(0, MAX_ATTRIBUTE_NAME_CHARACTERS)
    .join("")
    .trimEnd();
}

/** Returns `name`, with a number appended if the name is already used.
 * @param taken maps each name to the last number that was appended to it, so that thousands of equal names take linear time */
function freeName(name: string, taken: Map<string, number>): string {
  let count = taken.get(name) ?? 0;
  let free = name;
  while (taken.has(free)) free = `${name} (${String(++count)})`;
  taken.set(name, Math.max(count, 1));
  taken.set(free, taken.get(free) ?? 1);
  return free;
}
