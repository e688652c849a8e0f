// Suggests that neighbouring rows belong together: rows that repeat the value of one column and are blank where the first of them is
// filled, as in exports with a row for each variant or image.
import type { Draft } from "../model/draft.ts";
import { setTarget } from "../model/edit-column.ts";
import type { Names } from "../model/kept.ts";
import { readRow } from "../model/rows.ts";

interface Rows {
  names: Names;
  /** The cells of the first rows, in the order of `names`. */
  cells: readonly (readonly string[])[];
}

export interface GroupSuggestion {
  /** The column whose value the rows of a group share. */
  by: string;
  /** Columns that only the first row of a group fills. */
  fill: string[];
  /** Columns that have values in rows without a SKU. Each becomes an attribute with a list of the values of the whole group. */
  lists: string[];
}

/** Maximum number of columns that are compared. */
const MAX_COLUMNS = 100;

/** @param key the column of the SKUs
 * @returns undefined if the rows do not show that they belong together */
export function suggestGroup({ names, cells }: Rows, key: string | undefined): GroupSuggestion | undefined {
  const keyAt = key === undefined ? -1 : names.indexOf(key);
  const candidates = names.slice(0, MAX_COLUMNS).flatMap((by, at) => {
    if (at === keyAt) return [];
    const groups = groupsOf(cells, at);
    if (groups === undefined) return [];
    const fill = names.filter((_, i) => i !== at && i !== keyAt && isFilledOnce(groups, i));
    const adds = groups.flatMap((rows) => rows.slice(1)).filter((row) => keyAt >= 0 && isBlank(row, keyAt));
    const lists = names.filter((_, i) => i !== at && adds.some((row) => !isBlank(row, i) && !isNumber(row[i] ?? "")));
    return fill.length === 0 ? [] : [{ by, fill: fill.filter((name) => !lists.includes(name)), lists }];
  });
  return candidates.toSorted((a, b) => b.fill.length - a.fill.length)[0];
}

const isBlank = (row: readonly string[], at: number): boolean => (row[at] ?? "").trim() === "";
const isNumber = (text: string): boolean => /^\s*[\d.,]+\s*$/.test(text);

/** Splits the rows where the value of the column changes. @returns undefined if a cell of the column is blank, if a value returns later, or
 * if each row has its own value */
function groupsOf(cells: Rows["cells"], at: number): Rows["cells"][] | undefined {
  const groups: (readonly string[])[][] = [];
  const seen = new Set<string>();
  let last: string | undefined;
  for (const row of cells) {
    const value = (row[at] ?? "").trim();
    if (value === "" || (value !== last && seen.has(value))) return undefined;
    if (value === last) groups.at(-1)?.push(row);
    else groups.push([row]);
    seen.add(value);
    last = value;
  }
  const several = groups.filter((rows) => rows.length > 1);
  return several.length === 0 || groups.length === 1 ? undefined : groups;
}

/** Whether the column is filled in the first row of a group with several rows, and never in a later row of a group. */
function isFilledOnce(groups: readonly Rows["cells"][], at: number): boolean {
  const several = groups.filter((rows) => rows.length > 1);
  return (
    several.some(([first = []]) => !isBlank(first, at)) &&
    several.every((rows) => rows.slice(1).every((row) => isBlank(row, at)))
  );
}

/** Returns the mapping after applying the suggestion. Rows with the same value in the column `by` form a group. If the suggestion has list
 * columns, a row without a SKU is not a product: it only adds elements to the lists of its group.
 * @param key the column of the SKUs */
export function acceptGroup(draft: Draft, { by, fill, lists }: GroupSuggestion, key: string, names: Names): Draft {
  let changed: Draft = {
    ...draft,
    group: {
      by,
      ...(fill.length === 0 ? {} : { fill }),
      ...(lists.length === 0 ? {} : { adds: [{ blank: key }] }),
    },
  };
  for (const name of lists) {
    const row = readRow(changed, { name }, names);
    changed = setTarget(changed, row, "attribute", names);
    const { attribute } = readRow(changed, { name }, names);
    changed = {
      ...changed,
      attributes: { ...changed.attributes, [attribute || name]: { from: name, all: true, over: "group" } },
    };
  }
  return changed;
}
