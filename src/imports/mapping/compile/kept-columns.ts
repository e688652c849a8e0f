// Determines which columns become attributes under their own or a new name.
import { UNUSABLE_ATTRIBUTE_NAME, MAX_ATTRIBUTE_NAME_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { countCharacters } from "../../../catalog/product/product.ts";
import { isReservedName, unreservedName } from "../../../catalog/product/reserved-names.ts";
import { parseTemplate, type Token } from "../steps/template.ts";
import { compileTemplate, matchTemplate, type Template } from "../steps/match-template.ts";
import { OBJECTS_SUFFIX } from "../../read/tree/objects.ts";
import { isTreeMapping } from "../tree/tree-request.ts";
import { reservedName } from "./compile-attributes.ts";
import { MAX_MATCHED_NAME, type FileColumns } from "./file-columns.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Returns the indexes of the columns that match one of the patterns, and records that the mapping names these columns. */
export function matchAll(file: FileColumns, patterns: readonly string[], isTree = false): Set<number> {
  const found = new Set<number>();
  for (const pattern of patterns) {
    const all = file.match(pattern);
    const matches = isTree ? all.filter(({ column }) => isSameLevel(pattern, file.names[column] ?? "")) : all;
    // If the file has elements at this path, the mapping's `pairs` may read them, so the path is not missing.
    const hasObjects = file.find(pattern + OBJECTS_SUFFIX) !== -1;
    if (matches.length === 0 && !hasObjects) file.lack(pattern);
    for (const { column } of matches) found.add(column);
  }
  file.note(found);
  return found;
}

/** Whether the path has as many steps as the pattern, and XML attributes (`@name`) at the same steps. In a mapping for XML or JSON, a
 * `*` in a pattern does not extend over several steps. */
function isSameLevel(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const steps = path.split("/");
  return (
    wanted.length === steps.length &&
    wanted.every((step, i) => step.startsWith("@") === (steps[i] ?? "").startsWith("@"))
  );
}

/** Whether the path leads to an element or member directly below the record. */
const isDirect = (path: string): boolean => !path.includes("/") && !path.startsWith("@") && path !== ".";

/** Returns the name of the attribute of each kept column.
 * @param used the columns that values use
 * @param declared names of attributes that statements define; a column with such a name is not kept */
export function keptColumns(
  mapping: Mapping,
  file: FileColumns,
  columns: readonly Column[],
  used: ReadonlySet<number>,
  declared: ReadonlySet<string>,
): Map<number, string> {
  const { keep = true } = mapping;
  const isTree = isTreeMapping(mapping);
  const listed = Array.isArray(keep) ? matchAll(file, keep, isTree) : undefined;
  const dropped = matchAll(file, mapping.drop ?? [], isTree);
  const also = matchAll(file, mapping.also ?? [], isTree);
  const rename = renamer(mapping, file);
  const kept = new Map<number, string>();
  const taken = new Set(declared);
  const names = new Set(columns.map(({ name }) => name));
  const isKept = ({ name, target }: Column, index: number): boolean => {
    if (target !== "attribute" || (isTree && name.endsWith(OBJECTS_SUFFIX))) return false;
    const isListed = listed?.has(index) ?? (!isTree || isDirect(name));
    return also.has(index) || (keep !== false && !used.has(index) && !dropped.has(index) && isListed);
  };
  const lastNames = isTree ? countLastNames(columns.filter(isKept)) : undefined;
  columns.forEach((column, index) => {
    if (!isKept(column, index)) return;
    const { name, attribute: own = name } = column;
    const path = isTree ? own : name;
    const renamed = rename(path, index);
    const last = isTree ? lastName(own) : own;
    const isAmbiguous = taken.has(last) || (lastNames?.get(last) ?? 0) > 1;
    const attribute = renamed === path ? unreservedName(isAmbiguous ? own : last, names) : renamed;
    if (attribute === undefined || attribute === "" || attribute === UNUSABLE_ATTRIBUTE_NAME) return;
    if (isReservedName(attribute)) throw reservedName(attribute, "rename");
    if (countCharacters(attribute) > MAX_ATTRIBUTE_NAME_CHARACTERS) return;
    if (taken.has(attribute)) {
      if (declared.has(attribute)) return;
      throw invalidMapping(
        "rename",
        `two columns become the attribute "${attribute}"`,
        because("mapping-same-attribute", { name: attribute }),
      );
    }
    taken.add(attribute);
    kept.set(index, attribute);
  });
  return kept;
}

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/^@/, "");

/** For each last name of a path, returns the number of columns whose paths end with this name. Columns that share a last name become
 * attributes with their whole paths as names: otherwise, the order of the columns in the file would decide which of them gets the short
 * name. */
function countLastNames(columns: readonly Column[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, attribute = name } of columns) {
    const last = lastName(attribute);
    counts.set(last, (counts.get(last) ?? 0) + 1);
  }
  return counts;
}

/** How many times longer it takes to compare a name with a part of a template than with a pattern. */
const TEMPLATE_COST = 16;

/** Returns a function that applies the mapping's `rename` statement to the name of a kept column. */
function renamer(mapping: Mapping, file: FileColumns): (name: string, index: number) => string | undefined {
  const exact = new Map<number, { from: string; to: string }>();
  const templates: { from: Template; to: Token[]; pattern: string }[] = [];
  for (const [from, to] of Object.entries(mapping.rename ?? {})) {
    const column = file.find(from);
    if (column !== -1) {
      const other = exact.get(column);
      if (other !== undefined && other.to.trim() !== to.trim())
        throw invalidMapping(
          `rename.${from}`,
          `"${other.from}" and "${from}" are the same column of the file, "${file.names[column] ?? ""}", but have different new names; remove one of them`,
          because("mapping-same-column", { column: file.names[column] ?? from }),
        );
      exact.set(column, { from, to });
      continue;
    }
    const tokens = parseTemplate(from);
    if (typeof tokens === "string") throw invalidMapping(`rename.${from}`, tokens, because("mapping-template"));
    if (tokens.every((token) => "literal" in token)) {
      file.lack(from);
      continue;
    }
    templates.push({ from: compileTemplate(tokens), to: newNameOf(from, to, tokens), pattern: from });
  }
  file.note(exact.keys());
  return (name, index) => {
    const renamed = exact.get(index);
    if (renamed !== undefined) return renamed.to.trim();
    if (name.length > MAX_MATCHED_NAME) return name;
    for (const { from, to, pattern } of templates) {
      file.compare(name.length * from.tokens.length * TEMPLATE_COST, pattern);
      const holes = matchTemplate(from, name);
      if (holes === undefined) continue;
      file.note([index]);
      return to
        .map((token) => ("literal" in token ? token.literal : (holes.get(token.hole) ?? "")))
        .join("")
        .trim();
    }
    return name;
  };
}

function newNameOf(from: string, to: string, tokens: readonly Token[]): Token[] {
  const target = parseTemplate(to);
  if (typeof target === "string") throw invalidMapping(`rename.${from}`, target, because("mapping-template"));
  const holes = new Set(tokens.flatMap((token) => ("hole" in token ? [token.hole] : [])));
  for (const token of target)
    if ("hole" in token && (token.hole === "*" || !holes.has(token.hole)))
      throw invalidMapping(
        `rename.${from}`,
        `"${from}" has no placeholder {${token.hole}}`,
        because("mapping-unknown-placeholder", { placeholder: `{${token.hole}}` }),
      );
  return target;
}
