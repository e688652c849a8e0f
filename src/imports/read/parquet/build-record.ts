// Builds the tree of each record from the values of its columns. A column has several values in a record if there are lists around it.
import { MAX_RECORD_LENGTH, NODE_LENGTH, type Path, TreeNode, type TreeRecord } from "../tree/nodes.ts";
import type { ColumnReader } from "./pages/column-reader.ts";

interface Column {
  reader: ColumnReader;
  /** The path of the node after each step. */
  paths: Path[];
  /** The nodes of the last value, by step. */
  nodes: TreeNode[];
  /** The number of the current element, by repetition level. */
  indexes: number[];
}

export class RecordBuilder {
  readonly #root: Path;
  readonly #columns: Column[];
  readonly #onSkipped: (entries: number) => void;
  #maps: TreeNode[] = [];
  #size = 0;

  /**
   * @param root the path of the records, which all builders of a file share
   * @param onSkipped called with the number of values that were skipped because their record is too long
   */
  constructor(root: Path, readers: readonly ColumnReader[], onSkipped: (entries: number) => void) {
    this.#root = root;
    this.#onSkipped = onSkipped;
    this.#columns = readers.map((reader) => {
      let path = root;
      const paths = reader.leaf.steps.map(({ kind, name }) => (path = kind === "member" ? path.child(name) : path));
      return { reader, paths, nodes: [], indexes: new Array<number>(reader.leaf.max_rep + 1).fill(0) };
    });
  }

  /** @param line number of the record */
  next(line: number): TreeRecord {
    const node = new TreeNode(this.#root, undefined);
    this.#maps = [];
    this.#size = 0;
    for (const column of this.#columns) this.#addColumn(node, column);
    for (const map of this.#maps) nameMembers(map);
    return { node, line, is_too_long: this.#size > MAX_RECORD_LENGTH };
  }

  #addColumn(root: TreeNode, column: Column): void {
    const { reader, indexes } = column;
    indexes.fill(0);
    let skipped = 0;
    do {
      const text = reader.next();
      if (this.#size > MAX_RECORD_LENGTH) {
        skipped++;
        continue;
      }
      for (let level = reader.rep; level > 0 && level < indexes.length; level++)
        indexes[level] = level === reader.rep ? (indexes[level] as number) + 1 : 0;
      this.#place(root, column, text);
    } while (reader.peekRep() > 0);
    if (skipped > 0) this.#onSkipped(skipped);
  }

  #place(root: TreeNode, { reader, paths, nodes, indexes }: Column, text: string): void {
    const { def, rep, leaf } = reader;
    const { steps } = leaf;
    // A further element of a list shares all nodes from the root down to the list with the element before it.
    let at = rep === 0 ? 0 : steps.findIndex((step) => step.kind === "element" && step.rep === rep);
    if (at < 0 || (at > 0 && nodes.length < at)) throw new Error("a column has levels that do not fit its schema");
    nodes.length = at;
    for (; at < steps.length; at++) {
      const step = steps[at] as (typeof steps)[number];
      if (def < step.def) return;
      const parent = at === 0 ? root : (nodes[at - 1] as TreeNode);
      const path = paths[at] as Path;
      const isShared = at < steps.length - 1;
      const known =
        step.kind === "element" ? parent.children?.[indexes[step.rep] as number] : sharedChild(parent, path, isShared);
      nodes.push(known ?? this.#addNode(parent, path, step.is_list, step.is_map));
    }
    if (def !== leaf.max_def) return;
    (nodes.at(-1) as TreeNode).text = text;
    this.#size += text.length;
  }

  #addNode(parent: TreeNode, path: Path, isList: boolean, isMap: boolean): TreeNode {
    const node = new TreeNode(path, parent, isList);
    (parent.children ??= []).push(node);
    this.#size += NODE_LENGTH;
    if (isMap) this.#maps.push(node);
    return node;
  }
}

/** Returns the node of the group if another column of the same group has already added it to the record. */
const sharedChild = ({ children }: TreeNode, path: Path, isShared: boolean): TreeNode | undefined =>
  isShared ? children?.findLast((child) => child.path === path) : undefined;

/** Converts the pairs of a map to members: the key becomes the name. */
function nameMembers(map: TreeNode): void {
  const members = new Map<string, TreeNode>();
  for (const { children } of map.children ?? []) {
    const [key, value] = children ?? [];
    if (key === undefined) continue;
    const member = new TreeNode(map.path.child(key.text), map);
    member.text = value?.text ?? "";
    members.set(key.text, member);
  }
  map.children = [...members.values()];
}
