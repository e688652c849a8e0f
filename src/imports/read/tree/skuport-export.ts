// Recognizes products as Skuport exports them in JSON Lines and returns them from its API, so that such a file can be imported unchanged. The
// members of `attributes` are columns under their own names, which may contain slashes.
import type { Path, TreeNode } from "./nodes.ts";

/** Members of an exported product that an import does not set. */
const NOT_IMPORTED: ReadonlySet<string> = new Set([
  ...["id", "version", "created_in", "changed_in", "source_line", "created_at", "updated_at"],
]);
const MEMBERS = ["sku", "attributes", "id", "version", "created_at", "updated_at"];
const ATTRIBUTES = "attributes";

export function isExported({ children = [] }: TreeNode): boolean {
  const names = new Set(children.map(({ path }) => path.name));
  return MEMBERS.every((name) => names.has(name));
}

/** Returns the column of a value in an exported product; -1 if an import does not set the value. */
export function columnOfExport(path: Path, name: string, columnOf: (name: string) => number): number {
  const [first = ""] = name.split("/", 1);
  if (first === ATTRIBUTES) return path.depth === 2 ? columnOf(path.name) : -1;
  return NOT_IMPORTED.has(first) ? -1 : columnOf(name);
}
