// Matches the columns of a file with the fields of a product, by their names and by the values of the first rows. A column that
// matches no field becomes an attribute.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { REJECT_COLUMNS, type Column } from "../../../../contract/imports/imports.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS, UNUSABLE_ATTRIBUTE_NAME } from "../../../../contract/catalog/product-limits.ts";
import { FIELD_NAMES, kindOf, type FieldName } from "../../../catalog/product/column-lists.ts";
import { claimOf } from "./column-claims.ts";
import { areYesNo } from "./judge-active.ts";
import { decidedColumns, type RememberedChoice } from "./remembered.ts";

/** Returns one column per header cell, in file order. Each field of a product gets at most one column: an exact name wins over a
 * synonym, an earlier synonym of the list over a later one, and the first of several columns with the same name over the later ones. A
 * column that is blank in all sampled rows loses to a column with values, and the column of the field `active` must contain words for
 * yes and no. The remaining columns are attributes under their trimmed names. An empty name becomes `Column 3`, for example, and a
 * repeated name gets ` (2)` appended. A column of lists, whose name ends with `[]`, becomes the attribute without this ending.
 * @param rows the first rows below the header; none if only the names are known
 * @param choices what users decided about columns of earlier imports, oldest first
 * @param unfit positions of columns that cannot belong to the field `active`, because values below the first rows are neither yes nor no */
export function matchColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[] = [],
  choices: readonly RememberedChoice[] = [],
  unfit: ReadonlySet<number> = NONE_UNFIT,
): Column[] {
  // Normalize the names: Unicode can encode the same accented letter in two ways, and both spellings must name the same attribute.
  const names = header.map((cell) => cell.normalize("NFC").trim());
  const { fields, others } = decidedColumns(names, rows, choices);
  const decided = new Set([...fields.values(), ...others]);
  const targets = new Map<number, FieldName>();
  for (const [field, position] of fields) targets.set(position, field);
  for (const field of FIELD_NAMES) {
    if (fields.has(field)) continue;
    const excluded = kindOf(field) === "boolean" && unfit.size > 0 ? new Set([...decided, ...unfit]) : decided;
    const best = bestColumn(field, names, rows, excluded);
    if (best !== undefined && !targets.has(best)) targets.set(best, field);
  }
  const columns = nameColumns(names, targets);
  for (const position of decided) (columns[position] as Column).remembered = true;
  return columns;
}

const NONE_UNFIT: ReadonlySet<number> = new Set();

/** Returns the columns of the header, each as an attribute. */
export const attributeColumns = (header: readonly string[]): Column[] =>
  nameColumns(
    header.map((cell) => cell.normalize("NFC").trim()),
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

/** Returns the columns whose names fit the product field `active`, although their values are not yes and no. */
export function unfitActiveColumns(columns: readonly Column[], rows: readonly (readonly string[])[]): Column[] {
  if (columns.some(({ target }) => target === "active")) return [];
  return columns.filter(
    ({ name, target }, position) =>
      target === "attribute" &&
      claimOf("active", name) !== undefined &&
      !areYesNo(valuesOf(rows, position), name === "active"),
  );
}

function bestColumn(
  field: FieldName,
  names: readonly string[],
  rows: readonly (readonly string[])[],
  excluded: ReadonlySet<number>,
): number | undefined {
  const claims = names
    .flatMap((name, position) => {
      if (excluded.has(position)) return [];
      const claim = name === field ? -1 : listNameOf(name) === undefined ? claimOf(field, name) : undefined;
      return claim === undefined ? [] : [{ position, claim }];
    })
    .sort((a, b) => a.claim - b.claim);
  const fitting =
    kindOf(field) === "boolean"
      ? claims.filter(({ position, claim }) => areYesNo(valuesOf(rows, position), claim === -1))
      : claims;
  if (fitting.length < 2) return fitting[0]?.position;
  return (fitting.find(({ position }) => valuesOf(rows, position).length > 0) ?? fitting[0])?.position;
}

/** Returns the column's values in the rows, without blank ones. */
export const valuesOf = (rows: readonly (readonly string[])[], position: number): string[] =>
  rows.map((cells) => cells[position] ?? "").filter((value) => value.trim() !== "");

/** Names of columns to ignore: the columns that a rejects file adds, and a name that no attribute may have. */
const IGNORED_NAMES: ReadonlySet<string> = new Set([...REJECT_COLUMNS, UNUSABLE_ATTRIBUTE_NAME]);

/** Returns the columns of a file without a header. All are attributes, because it is unknown which column contains the SKU. */
export function unnamedColumns(count: number): Column[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `Column ${String(position + 1)}`,
    target: "attribute",
  }));
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
