// Which column of a file is which field of a product, by name alone. What matches nothing is kept as an attribute.
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

/** One column per header cell, in file order. At most one for each field of a product; exact names beat synonyms, an
 * earlier synonym of the list a later one, and of two equal ones the first column wins. The others are attributes, under
 * their trimmed name: `Column 3` where it is empty, with ` (2)` behind it where the file has it twice. */
export function matchColumns(header: readonly string[]): Column[] {
  const names = header.map((cell) => cell.trim());
  const plain = names.map(plainName);
  const targets = new Map<number, FieldName>();
  for (const field of FIELD_NAMES) {
    const best = bestColumn(field, names, plain);
    if (best !== -1) targets.set(best, field);
  }
  const taken = new Map(names.filter((_, position) => targets.has(position)).map((name) => [name, 1]));
  return names.map((name, position) => {
    const target = targets.get(position);
    if (target !== undefined) return { name, target };
    if (NO_ATTRIBUTES.has(name)) return { name, target: "ignored" };
    return { name: freeName(shorten(name) || `Column ${String(position + 1)}`, taken), target: "attribute" };
  });
}

/** Those of a file of rejects, and a name that no attribute may have in an edit either. */
const NO_ATTRIBUTES: ReadonlySet<string> = new Set([...REJECT_COLUMNS, UNUSABLE_ATTRIBUTE_NAME]);

/** Columns of a file without a header, by position alone: nothing says which of them is the key, so none is guessed. */
export function unnamedColumns(count: number): Column[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `Column ${String(position + 1)}`,
    target: "attribute",
  }));
}

/** A problem names so many columns: 2,000 of them would be 200 kB in a list of imports. */
const NAMED_COLUMNS = 20;

/** What to tell a person whose file has no key: every header found, as it stands, and what would have been a key. */
export function describeMissingSku(columns: readonly Column[]): string {
  const names = columns.slice(0, NAMED_COLUMNS).map(({ name }) => `"${name}"`);
  if (columns.length > NAMED_COLUMNS) names.push(`and ${columns.length - NAMED_COLUMNS} more`);
  const found = names.join(", ");
  return `No column of the file is a SKU. Columns found: ${found || "none"}. Name one "sku" (or "item number", "article number", "product code").`;
}

/** How many fields of a product the cells name; evidence that they are a header. */
export function countKnownNames(cells: readonly string[]): number {
  const known = new Set<FieldName>();
  for (const cell of cells) {
    const field = cell.length <= 60 ? FIELD_OF_NAME.get(plainName(cell)) : undefined;
    if (field !== undefined) known.add(field);
  }
  return known.size;
}

/** Case, blanks, punctuation and accents do not tell names apart; `#` stays, it means "number". */
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

/** Longer names are cut: a cell that long is no name. */
function shorten(name: string): string {
  return Array.from(name.slice(0, MAX_ATTRIBUTE_NAME_CHARACTERS * 2))
    .slice(0, MAX_ATTRIBUTE_NAME_CHARACTERS)
    .join("")
    .trimEnd();
}

/** @param taken each name with the number that it had last: of thousands that are alike none looks at all before it */
function freeName(name: string, taken: Map<string, number>): string {
  let count = taken.get(name) ?? 0;
  let free = name;
  while (taken.has(free)) free = `${name} (${String(++count)})`;
  taken.set(name, Math.max(count, 1));
  taken.set(free, taken.get(free) ?? 1);
  return free;
}
