// Asks which lists contain the products if a JSON file has several lists of the same kind, such as one for each category or language.
import { FIELD_STATEMENTS } from "../../mapping/compile/compile-fields.ts";
import { valuesOf } from "../../read/columns/match-columns.ts";
import type { Table } from "../../read/read-records.ts";
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { Problem } from "../../../../contract/problems.ts";

const SAMPLES = 3;
/** Number of lists that the message names. */
const NAMED = 3;

/** @returns undefined if the file has no other list of the same kind as its records, or if its SKU column is unknown */
export function questionOfSimilarLists(
  { columns, rows }: Pick<Table, "rows"> & { columns: readonly Column[] },
  { tree }: Dialect,
): Problem | undefined {
  const own = tree?.record ?? undefined;
  const similar = tree?.similar_lists ?? [];
  const sku = columns.findIndex(({ target }) => target === "sku");
  if (own === undefined || similar.length === 0 || sku === -1) return undefined;
  const samples = [...new Set(valuesOf(rows, sku))].slice(0, SAMPLES);
  const candidates = [...new Set([similar[0] as string, own, ...similar])].map((record): Candidate => ({
    value: record,
    samples: record === own ? samples : [],
    mapping: mappingOf(columns, record),
  }));
  const lists = [own, ...similar.filter((path) => !isJoint(path, own))];
  const more = lists.length > NAMED ? ` and ${lists.length - NAMED} more` : "";
  const named = lists.slice(0, NAMED).map((path) => `"${path}"`);
  return new Problem(
    "records-in-doubt",
    `The file has several lists of the same kind: ${named.join(", ")}${more}. Choose the lists that contain the products, with a mapping that names their elements (file.record).`,
    { extra: { option: "key", candidates } },
  );
}

/** Whether the path has a `*` where the path of the records has a name. */
function isJoint(path: string, own: string): boolean {
  const names = own.split("/");
  return path.split("/").some((name, i) => name === "*" && names[i] !== "*");
}

/** Returns a mapping that reads the records at the path, with the columns that were recognized. */
function mappingOf(columns: readonly Column[], record: string): Mapping {
  const fields = columns.flatMap(({ name, target }) =>
    target === "attribute" || target === "ignored" || target === "used"
      ? []
      : [[FIELD_STATEMENTS[target], name] as const],
  );
  return { file: { kind: "json", record }, ...Object.fromEntries(fields) } as Mapping;
}
