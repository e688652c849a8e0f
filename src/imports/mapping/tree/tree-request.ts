// Determines what a mapping requests from the records of an XML or JSON file: the paths that its statements name.
import type { TableRequest, TreeRequest } from "../../../../contract/imports/options.ts";
import type { Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import { isPattern } from "../compile/file-columns.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { invalidMapping } from "../compile/invalid.ts";

const TREE_KINDS: ReadonlySet<string> = new Set(["xml", "json", "jsonl", "parquet"]);

/** Whether the names of columns in the mapping are paths. */
export const isTreeMapping = ({ file }: Mapping): boolean => file?.kind !== undefined && TREE_KINDS.has(file.kind);

/** Members of a mapping that `addNames` skips: settings and constants, such as `mode` and `prefix`, and members that `treeRequest` reads
 * itself, such as `pairs` and `keep`. Any other string in a mapping is the name of a column. */
const OTHER_MEMBERS: ReadonlySet<string> = new Set([
  ...["file", "match", "mode", "repeats", "map", "replace", "const", "join", "split", "like", "is", "not", "prefix"],
  ...["suffix", "default", "number", "date", "case", "else", "need", "yes_no", "empty", "drop", "rename", "format"],
  ...["tables", "lookup", "without", "on_new_column", "on_missing_column", "pairs", "keep", "also", "remove"],
]);

export function treeRequest(mapping: Mapping): TreeRequest {
  const { file: { kind, record, each } = {}, pairs = [], keep = true, also = [], kinds } = mapping;
  const paths = new Set<string>();
  addStatements(mapping, paths);
  // Leave out names with a `*`: in a list of columns, they are patterns.
  for (const name of [keep, also].flat()) if (typeof name === "string" && !name.includes("*")) paths.add(name);
  const allPairs = [...pairs, ...Object.values(kinds?.when ?? {}).flatMap((kind) => kind.pairs ?? [])];
  for (const pair of allPairs) if (pair.in !== undefined) paths.add(pair.in);
  const objects = allPairs.flatMap(({ each: path }) => (path === undefined ? [] : [path]));
  return {
    record,
    is_lines: kind === "jsonl",
    each,
    paths: [...paths],
    objects,
    // Patterns are compared with the names of all columns, so all paths must become columns.
    keeps: keep !== false || [...paths, ...objects].some(isNamePattern) || also.some(isPattern),
    tables: Object.entries(mapping.tables ?? {}).flatMap(([name, table]) => tableRequest(name, table) ?? []),
  };
}

/** Whether a step of the path is a pattern of names, such as `image{n}`. A step `*` alone leads to all elements. */
const isNamePattern = (path: string): boolean => path.split("/").some((step) => step !== "*" && isPattern(step));

type Kind = NonNullable<Mapping["kinds"]>["when"][string];
type Statements = Kind & Pick<Mapping, "kinds">;

function addStatements({ attributes = {}, kinds, ...others }: Statements, paths: Set<string>): void {
  addNames(others, paths);
  for (const [name, value] of Object.entries(attributes)) {
    addNames(value, paths);
    for (const [, hole = ""] of name.matchAll(/\{([^{}]+)\}/g)) paths.add(hole);
  }
  if (kinds === undefined) return;
  addNames(kinds.by, paths);
  for (const kind of Object.values(kinds.when)) addStatements(kind, paths);
}

type Table = NonNullable<Mapping["tables"]>[string];

/** @returns undefined if the entries of the lookup table are the file's own records, which the reader reads in any case */
function tableRequest(name: string, { record, key, value, parent }: Table): TableRequest | undefined {
  if (record === ".") return undefined;
  return {
    name,
    record,
    key: pathOf(key, `tables.${name}.key`),
    value: pathOf(value, `tables.${name}.value`),
    ...(parent === undefined ? {} : { parent: pathOf(parent, `tables.${name}.parent`) }),
  };
}

function pathOf(value: Value, statement: string): string {
  if (typeof value === "string") return value;
  throw invalidMapping(
    statement,
    "in a table of other elements than the records, it must be a path",
    because("mapping-table-path"),
  );
}

/** Adds all strings in the statement, except those in OTHER_MEMBERS, to `names`. */
function addNames(statement: unknown, names: Set<string>): void {
  if (typeof statement === "string") names.add(statement);
  else if (Array.isArray(statement)) for (const each of statement) addNames(each, names);
  else if (typeof statement === "object" && statement !== null)
    for (const [member, value] of Object.entries(statement)) if (!OTHER_MEMBERS.has(member)) addNames(value, names);
}
