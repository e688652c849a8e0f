// Computes the expected result of an import as simply as possible: one row after another, in one Map.
import type { ImportOptions, RejectCode } from "../../contract/imports/imports.ts";

export interface ModelProduct {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  attributes: Record<string, string>;
  version: number;
}

export interface ModelCounts {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  superseded: number;
  rejected: number;
}

export type Catalogue = Map<string, ModelProduct>;

export const keyOf = (sku: string): string => sku.normalize("NFC").trim().toLowerCase();

/** Applies a file with `header` and rows of cells to the catalogue. A strict import with rejected rows does not change the catalogue. */
export function applyFile(
  catalogue: Catalogue,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: Pick<ImportOptions, "mode" | "repeats" | "strict" | "active">,
): { counts: ModelCounts; rejects: Map<number, RejectCode> } {
  const counts = { rows: rows.length, created: 0, updated: 0, unchanged: 0, superseded: 0, rejected: 0 };
  const rejects = new Map<number, RejectCode>();
  const deciding = new Map<string, number>();
  const namedKeys = new Set<string>();
  rows.forEach((cells, index) => {
    const key = keyOf(cells[header.indexOf("sku")] ?? "");
    const active = cells[header.indexOf("active")]?.trim() ?? "";
    const name = cells[header.indexOf("name")]?.trim() ?? "";
    const isNamed = !header.includes("name") || name !== "";
    if (cells.slice(header.length).some((cell) => !isBlank(cell))) rejects.set(index + 1, "too_many_fields");
    else if (!["", "yes", "no", "true", "0"].includes(active)) rejects.set(index + 1, "not_yes_or_no");
    else if (key === "") rejects.set(index + 1, "sku_empty");
    else if (!deciding.has(key)) {
      deciding.set(key, index);
      if (isNamed) namedKeys.add(key);
    } else if (!isNamed && namedKeys.has(key)) rejects.set(index + 1, "repeat_without_name");
    else if (isNamed && !namedKeys.has(key)) {
      // This row is the first row with this SKU that has a name, so it supersedes the earlier row.
      counts.superseded++;
      deciding.set(key, index);
      namedKeys.add(key);
    } else if (options.repeats === "reject") rejects.set(index + 1, "sku_repeated");
    else {
      counts.superseded++;
      if (options.repeats === "last") deciding.set(key, index);
    }
  });
  const after: Catalogue = new Map(catalogue);
  for (const [key, index] of deciding) applyRow(after, key, index);
  counts.rejected = rejects.size;
  if (options.strict && rejects.size > 0) return { counts, rejects };
  catalogue.clear();
  for (const [key, product] of after) catalogue.set(key, product);
  return { counts, rejects };

  function applyRow(into: Catalogue, key: string, index: number): void {
    const cells = rows[index] as readonly string[];
    const cell = (name: string): string | undefined =>
      header.includes(name) ? (cells[header.indexOf(name)] ?? "") : undefined;
    const old = into.get(key);
    if (old === undefined && options.mode === "update") return void rejects.set(index + 1, "does_not_exist");
    if (old !== undefined && options.mode === "create") return void rejects.set(index + 1, "exists_already");
    if (old === undefined && (cell("name") ?? "").trim() === "") return void rejects.set(index + 1, "name_empty");
    const attributes = new Map(Object.entries(old?.attributes ?? {}));
    for (const name of header.filter((column) => !NO_ATTRIBUTES.has(column))) {
      attributes.delete(name);
      if (cell(name) !== "") attributes.set(name, cell(name) as string);
    }
    const active = (cell("active") ?? "").trim();
    const now: ModelProduct = {
      sku: old !== undefined && options.mode === "update" ? old.sku : (cell("sku") as string).trim(),
      name: filled(cell("name")) ?? old?.name ?? "",
      description: filled(cell("description")) ?? old?.description ?? cell("description") ?? "",
      active: active === "" ? (old?.active ?? options.active) : ["yes", "true"].includes(active),
      attributes: Object.fromEntries(attributes),
      version: (old?.version ?? 0) + 1,
    };
    if (old !== undefined && isSame(old, now)) counts.unchanged++;
    else {
      into.set(key, now);
      counts[old === undefined ? "created" : "updated"]++;
    }
  }
}

/** Returns undefined for a blank cell, because a blank cell does not change the product. */
const filled = (text: string | undefined): string | undefined => (text?.trim() === "" ? undefined : text);

/** Whether an import treats the cell as blank in two checks: whether a line is blank, and whether a row has more cells than the header. */
export const isBlank = (cell: string): boolean => /^[ \t]*$/.test(cell);

const NO_ATTRIBUTES: ReadonlySet<string> = new Set(["sku", "name", "description", "active", "__proto__"]);

function isSame(a: ModelProduct, b: ModelProduct): boolean {
  const plain = ({ version: _version, attributes, ...rest }: ModelProduct): string =>
    JSON.stringify([rest, Object.entries(attributes).sort(([x], [y]) => (x < y ? -1 : 1))]);
  return plain(a) === plain(b);
}
