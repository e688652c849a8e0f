// Lists what is computed from each column of a file, for people who check a mapping.
import { cutText } from "../../../../contract/faults.ts";
import type { AttributeNode, NamePart, PairNode } from "../plan.ts";
import { columnsOfValue, type ComputedValues } from "./plan-columns.ts";

/** The use that is listed for a column that contains pairs. The names of these attributes come from the data. */
const PAIRS = "attributes";
/** Maximum number of uses that are listed for a column, and maximum number of characters of each use. A mapping can use each column
 * thousands of times. */
const MAX_USES = 50;
const MAX_CHARACTERS = 200;

export type Uses = ReadonlyMap<number, readonly string[]>;

/** Returns, for the index of each column, the fields and attributes that are computed from the column. */
export function usesOf({
  names,
  fields,
  attributes,
  pairs,
}: Pick<ComputedValues, "names" | "fields" | "attributes" | "pairs">): Uses {
  const uses = new Map<number, Set<string>>();
  const use = (columns: readonly number[], target: string): void => {
    for (const column of columns) {
      const found = uses.get(column) ?? new Set();
      if (found.size < MAX_USES) found.add(cutText(target, MAX_CHARACTERS));
      uses.set(column, found);
    }
  };
  for (const { target, value } of fields) use(columnsOfValue(value), target);
  for (const { name, value } of attributes)
    use([...columnsOfValue(value), ...columnsOfName(name)], typeof name === "string" ? name : templateOf(name, names));
  for (const pair of pairs) use(columnsOfPair(pair), PAIRS);
  return new Map([...uses].map(([column, targets]) => [column, [...targets]]));
}

const columnsOfName = (name: AttributeNode["name"]): number[] =>
  typeof name === "string" ? [] : name.flatMap((part) => ("column" in part ? [part.column] : []));

const templateOf = (parts: readonly NamePart[], names: readonly string[]): string =>
  parts
    .map((part) =>
      "text" in part ? part.text : `{${"column" in part ? (names[part.column] ?? "").trim() : part.hole}}`,
    )
    .join("");

function columnsOfPair(pair: PairNode): number[] {
  switch (pair.kind) {
    case "in":
    case "nested":
      return [pair.column];
    case "each":
      return [pair.name, pair.value, ...(pair.unit === null ? [] : [pair.unit])].flatMap(columnsOfValue);
  }
}
