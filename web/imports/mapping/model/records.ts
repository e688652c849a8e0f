// Reads and changes which elements of an XML or JSON file are products: the records of the file, or the elements of a list in each record.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import type { Dialect, PreviewColumn } from "../../../../contract/imports/imports.ts";
import { renameColumns } from "../state/rename-columns.ts";
import { withMember, type Draft } from "./draft.ts";
import { isKept, keptName, ownName } from "./kept.ts";
import { isSameName } from "./patterns.ts";

type TreeKind = "xml" | "json" | "jsonl";

/** The format, if it is XML, JSON or JSON Lines; undefined for formats with rows and columns. */
export function treeKind(format: Dialect["format"] | undefined): TreeKind | undefined {
  return format === "xml" || format === "json" || format === "jsonl" ? format : undefined;
}

/** Finds the lists in the records, such as `variants`, that have a SKU in their elements. Returns the paths of the lists.
 * @param keys columns that may contain SKUs, whatever their names are */
export function listPaths(names: readonly string[], keys: readonly string[] = []): string[] {
  const parents = names.flatMap((name) =>
    name.endsWith(LIST_SUFFIX) && !name.startsWith("..") ? [name.split("/").slice(0, -1)] : [],
  );
  const found = parents.flatMap((parts) => (parts[0] === undefined ? [] : [parts[0]]));
  const hasSku = (name: string, path: string): boolean =>
    name.startsWith(`${path}/`) && (keys.includes(name) || /sku/i.test(name.slice(path.length)));
  return [...new Set(found)].filter((path) => names.some((name) => hasSku(name, path)));
}

/** The path of the elements of a list. In JSON, the elements of an array have no name of their own. */
export const elementsOf = (path: string, kind: TreeKind): string => (kind === "xml" ? path : `${path}/*`);

/** Makes a product of each element of a list. Adjusts the paths in the mapping, so that each statement and each attribute still reads the
 * same value.
 * @param path a path that `listPaths` returned */
export function eachElement(draft: Draft, path: string, kind: TreeKind, columns: readonly PreviewColumn[]): Draft {
  const each = elementsOf(path, kind);
  const names = columns.map(({ name }) => name);
  const up = "../".repeat(each.split("/").length);
  const inside = (name: string): boolean => name.startsWith(`${path}/`);
  const pathOf = (name: string): string =>
    inside(name) ? withoutSuffix(name).slice(path.length + 1) : `${up}${withoutSuffix(name)}`;
  const kept = names.filter((name) => isKept(draft, name, names)).map((name) => [name, pathOf(name)] as const);
  const attributes = kept.flatMap(([name, from]) => {
    const attribute = inside(name) ? from : (keptName(draft, name) ?? ownName(name));
    const isList = !inside(name) && name.endsWith(LIST_SUFFIX);
    // A direct child of the list element needs no statement: the server makes it an attribute.
    if (inside(name) && !from.includes("/")) return [];
    return [[attribute, isList ? { from, all: true } : from] as const];
  });
  const { rename: _rename, keep: _keep, key, ...others } = renameColumns(draft, names, names.map(pathOf));
  const isKeyInside = typeof draft.key === "string" && inside(draft.key);
  const sku = isKeyInside ? key : keyOf(names.filter(inside).map(pathOf));
  const parent = typeof key === "string" && !isKeyInside ? { parent: others.parent ?? key } : {};
  const changed: Draft = { ...others, ...parent, key: sku, file: { ...others.file, kind, each } };
  return withMember(changed, "attributes", { ...others.attributes, ...Object.fromEntries(attributes) });
}

const withoutSuffix = (name: string): string =>
  name.endsWith(LIST_SUFFIX) ? name.slice(0, -LIST_SUFFIX.length) : name;

/** The path that most probably leads to the SKU. The user can choose another path. */
const keyOf = (paths: readonly string[]): string | undefined =>
  paths.find((path) => isSameName(path, "sku")) ?? paths.find((path) => /sku/i.test(path)) ?? paths[0];

/** Sets the path of the records (`record`), or the path of the products in each record (`each`). If `path` is empty, removes the member:
 * without `record`, the server detects the records; without `each`, each record is a product. */
export function setPath(draft: Draft, member: "record" | "each", path: string, kind: TreeKind): Draft {
  const { [member]: _, ...file } = draft.file ?? {};
  return { ...draft, file: { ...file, kind, ...(path === "" ? {} : { [member]: path }) } };
}
