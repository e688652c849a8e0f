// Turns elements that contain pairs, such as PARAM with a name and a value, into objects. The members of an object are the texts of its
// element, each under its path within the element.
import { eachValue, nameFrom, type TreeNode } from "./nodes.ts";

/** Ending of the name of a column of objects: each cell is a JSON array of objects. */
export const OBJECTS_SUFFIX = "{}";

export type PairObject = Record<string, string | string[]>;

export function objectsOf(nodes: readonly TreeNode[]): PairObject[] {
  return nodes.flatMap((node) => (node.is_array ? objectsOf(node.children ?? []) : [objectOf(node)]));
}

function objectOf(node: TreeNode): PairObject {
  const values = new Map<string, string | string[]>();
  eachValue(node, (path, text) => {
    if (text.trim() === "") return;
    const name = nameFrom(node.path, path);
    const before = values.get(name);
    if (before === undefined) values.set(name, text);
    else if (typeof before === "string") values.set(name, [before, text]);
    else before.push(text);
  });
  return Object.fromEntries(values);
}
