// Computes the expected result of an import with a mapping as simply as possible: one row after another, in one Map.
import type { ImportOptions, RejectCode } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { mapModelRow, type MappedModelRow } from "./mapped-rows.ts";
import { ERASED } from "./mapped-values.ts";

export interface MappedProduct {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  parent_sku: string;
  attributes: Record<string, string | string[]>;
  version: number;
}

export type MappedCatalogue = Map<string, MappedProduct>;

export interface MappedResult {
  /** Whether the import is held because a value map does not contain a text of the file. Undefined if either result is correct: every
   * row with an unknown text also has a fault, and the scan may reject the row before it reads the text. */
  held: boolean | undefined;
  catalogue: MappedCatalogue;
  counts: Record<
    "rows" | "created" | "updated" | "unchanged" | "deleted" | "superseded" | "rejected" | "ignored",
    number
  >;
  /** The codes of the faults of each rejected row. The import reports one of them. */
  rejects: Map<number, Set<RejectCode>>;
  ignored: number[];
}

export type ModelOptions = Pick<ImportOptions, "mode" | "repeats" | "strict" | "active">;

/** Rejects the row. */
type Refuse = (code: RejectCode) => null;

const keyOf = (sku: string): string => sku.normalize("NFC").trim().toLowerCase();

/** Returns the GTIN padded to 14 digits, or null if the text is not a GTIN. */
export function gtinOf(text: string): string | null {
  const digits = text.replaceAll(/[\s-]/g, "");
  if (![8, 12, 13, 14].includes(digits.length) || /\D/.test(digits) || !/[1-9]/.test(digits)) return null;
  const padded = digits.padStart(14, "0");
  const sum = Array.from(padded.slice(0, -1)).reduce(
    (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1),
    0,
  );
  return (sum + Number(padded.at(-1))) % 10 === 0 ? padded : null;
}

export function applyMapped(
  before: MappedCatalogue,
  { mapping, header, rows }: { mapping: Mapping; header: readonly string[]; rows: readonly (readonly string[])[] },
  options: ModelOptions,
): MappedResult {
  const mapped = rows.map((cells) => mapModelRow(mapping, header, cells));
  if (mapping.match?.as === "gtin")
    for (const row of mapped) {
      if (row.key !== "" && gtinOf(row.key) === null) row.faults.add("does_not_fit");
      row.key = gtinOf(row.key) ?? row.key;
    }
  const unseen = mapped.filter((row) => row.unseen);
  const held = unseen.length === 0 ? false : unseen.some(({ faults }) => faults.size === 0) ? true : undefined;
  const rejects = new Map<number, Set<RejectCode>>();
  const none = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
  const counts = { ...none, rows: rows.length, superseded: 0, rejected: 0, ignored: 0 };
  const ignored: number[] = [];
  const reject = (index: number, ...codes: RejectCode[]): void => void rejects.set(index + 1, new Set(codes));

  const deciding = decideRepeats(mapped, options, { reject, superseded: () => counts.superseded++ });
  mapped.forEach((row, index) => {
    if (row.ignored) ignored.push(index + 1);
  });
  counts.ignored = ignored.length;
  const result = { held, catalogue: before, counts, rejects, ignored };
  const end = (): MappedResult => {
    counts.rejected = rejects.size;
    return result;
  };
  if (options.strict && rejects.size > 0) return end();

  const after = new Map(before);
  const found = mapping.match === undefined ? undefined : productsByAttribute(before, mapping.match);
  for (const [key, index] of deciding) {
    const row = mapped[index] as MappedModelRow;
    const refuse: Refuse = (code) => {
      reject(index, code);
      return null;
    };
    let target: { key: string; sku: string } | null = { key, sku: row.key };
    if (found !== undefined) target = matched(found.get(key) ?? [], { before, row, key, mapping }, refuse);
    if (target === null) {
      // The product that the row would delete does not exist.
      if (row.deletes && rejects.get(index + 1)?.has("does_not_exist") === true) {
        rejects.delete(index + 1);
        counts.unchanged++;
      }
      continue;
    }
    const apply = row.deletes ? deleteProduct : applyRow;
    const outcome = apply(after, row, target, { ...options, keepsSku: found !== undefined }, refuse);
    if (outcome !== null) counts[outcome]++;
  }
  if (options.strict && rejects.size > 0) {
    Object.assign(counts, none);
    return end();
  }
  result.catalogue = after;
  return end();
}

interface Noting {
  reject: (index: number, ...codes: RejectCode[]) => void;
  superseded: () => void;
}

/** Returns, for each key, the index of the row that is applied. Reports the rows that are superseded or rejected. */
function decideRepeats(
  rows: readonly MappedModelRow[],
  { repeats }: ModelOptions,
  { reject, superseded }: Noting,
): Map<string, number> {
  const deciding = new Map<string, number>();
  const isNamed = ({ name }: MappedModelRow): boolean => name === undefined || name.trim() !== "";
  rows.forEach((row, index) => {
    if (row.ignored) return;
    const key = keyOf(row.key);
    const other = rows[deciding.get(key) ?? -1];
    if (row.faults.size > 0) {
      // Check for faults first: a key with a fault is blank here, but the reject must report the fault and not `sku_empty`.
      reject(index, ...row.faults);
    } else if (key === "") reject(index, "sku_empty");
    else if (other === undefined) deciding.set(key, index);
    else if (!row.deletes && !other.deletes && !isNamed(row) && isNamed(other)) reject(index, "repeat_without_name");
    else if (!row.deletes && !other.deletes && isNamed(row) && !isNamed(other)) {
      superseded();
      deciding.set(key, index);
    } else if (repeats === "reject") reject(index, "sku_repeated");
    else {
      superseded();
      if (repeats === "last") deciding.set(key, index);
    }
  });
  return deciding;
}

/** For each value of the attribute, returns the keys of the products with this value. GTINs are padded; other values are in lower case. */
function productsByAttribute(
  catalogue: MappedCatalogue,
  { attribute, as }: NonNullable<Mapping["match"]>,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, { attributes }] of catalogue) {
    const value = attributes[attribute];
    if (typeof value !== "string") continue;
    const compared = as === "gtin" ? gtinOf(value) : keyOf(value);
    if (compared !== null) found.set(compared, [...(found.get(compared) ?? []), key]);
  }
  return found;
}

/** Returns the product that a row finds or may create. */
function matched(
  keys: readonly string[],
  { before, row, key, mapping }: { before: MappedCatalogue; row: MappedModelRow; key: string; mapping: Mapping },
  refuse: Refuse,
): { key: string; sku: string } | null {
  const [only] = keys;
  if (keys.length > 1) return refuse("match_ambiguous");
  if (only !== undefined) return { key: only, sku: before.get(only)?.sku ?? "" };
  if (mapping.match?.none !== "create") return refuse("does_not_exist");
  return before.has(key) ? refuse("match_ambiguous") : { key, sku: row.key };
}

function deleteProduct(
  from: MappedCatalogue,
  _: MappedModelRow,
  { key }: { key: string },
  { mode }: ModelOptions,
  refuse: Refuse,
): "deleted" | "unchanged" | null {
  if (!from.has(key)) return "unchanged";
  if (mode === "create") return refuse("exists_already");
  from.delete(key);
  return "deleted";
}

function applyRow(
  into: MappedCatalogue,
  row: MappedModelRow,
  target: { key: string; sku: string },
  options: ModelOptions & { keepsSku: boolean },
  refuse: Refuse,
): "created" | "updated" | "unchanged" | null {
  const old = into.get(target.key);
  if (old === undefined && options.mode === "update") return refuse("does_not_exist");
  if (old !== undefined && options.mode === "create") return refuse("exists_already");
  if (old === undefined && (row.name ?? "").trim() === "") return refuse("name_empty");
  const attributes = new Map(Object.entries(old?.attributes ?? {}));
  for (const name of row.removed) attributes.delete(name);
  for (const [name, value] of row.attributes) attributes.set(name, value);
  const text = (value: string | typeof ERASED | undefined, before: string | undefined): string =>
    value === ERASED ? "" : value === undefined || value.trim() === "" ? (before ?? "") : value;
  const now: MappedProduct = {
    sku: old !== undefined && (options.mode === "update" || options.keepsSku) ? old.sku : target.sku,
    name: text(row.name, old?.name),
    description: text(row.description, old?.description),
    active: row.active === "" ? (old?.active ?? options.active) : row.active === "yes",
    parent_sku: text(row.parent, old?.parent_sku),
    attributes: Object.fromEntries(attributes),
    version: (old?.version ?? 0) + 1,
  };
  if (old !== undefined && isSame(old, now)) return "unchanged";
  into.set(target.key, now);
  return old === undefined ? "created" : "updated";
}

function isSame(a: MappedProduct, b: MappedProduct): boolean {
  const plain = ({ version: _version, attributes, ...rest }: MappedProduct): string =>
    JSON.stringify([rest, Object.entries(attributes).sort(([x], [y]) => (x < y ? -1 : 1))]);
  return plain(a) === plain(b);
}
