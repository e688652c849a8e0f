// The tree of a record in an XML or JSON file: elements, attributes and members with their texts. An array of JSON is a node whose
// children have the path of the array, like repeated elements of XML.
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";

/** A place in the records of a file: the names from the record down to an element, an attribute or a member. */
export class Path {
  readonly name: string;
  readonly parent: Path | undefined;
  readonly depth: number;
  readonly #children = new Map<string, Path>();
  readonly #count: { paths: number };
  /** The path of the member that followed the last member of this path. The readers of JSON expect it to follow again. */
  next: Path | undefined;
  /** The path of the first member of the last object with this path. The readers of JSON expect it to be the first again. */
  first: Path | undefined;
  /** The name as JSON writes it; undefined if the name has escapes. */
  readonly quoted: string | undefined;
  /** The bytes of `quoted` in UTF-8. */
  readonly name_bytes: Buffer | undefined;
  /** Serial number of the last object that had a member with this path. */
  owner = 0;
  /** Position of the member in the object with the serial number `owner`. */
  position = 0;
  /** Number of the last row with a member of this path that was read as a plain line (json/plain-line.ts). */
  plain_row = 0;
  /** Whether the name is that of an HTML element that marks words in a text, such as `b`; undefined until `isMark` has checked the name. */
  is_mark: boolean | undefined;
  /** Index of the column that `TableWriter` has assigned to this path, or -1 if the path has no column; undefined until a record has a
   * value there. */
  column: number | undefined;

  constructor(name: string, parent?: Path, count = { paths: 0 }) {
    this.name = name;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.#count = count;
    const quoted = JSON.stringify(name);
    this.quoted = quoted.length === name.length + 2 ? quoted : undefined;
    this.name_bytes = this.quoted === undefined ? undefined : Buffer.from(this.quoted);
  }

  /** @throws Problem unsupported-file if the file has too many different paths */
  child(name: string): Path {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    if (++this.#count.paths > MAX_PATHS)
      throw new Problem(
        "unsupported-file",
        `The records of the file have more than ${MAX_PATHS.toLocaleString("en")} different names of elements or members. Check that this is the right file. If names of members are SKUs or ids, name the path of these members in a mapping, such as "products/*" (file.record).`,
        { extra: because("tree-many-paths", { limit: MAX_PATHS }) },
      );
    // Copy the name: a slice of a chunk would keep the whole chunk in memory.
    const own = Buffer.from(name).toString();
    const made = new Path(own, this, this.#count);
    this.#children.set(own, made);
    return made;
  }
}

/** Maximum number of different paths. Names that come from data, such as SKUs as member names, would otherwise fill the memory. */
const MAX_PATHS = 20_000;

import type { BrokenRecord } from "./broken-record.ts";

/** A step of a path that matches any element or member, and the name of the elements of a JSON array. */
export const ANY = "*";
/** The path of the name of a record that is a member of an object in JSON. */
export const MEMBER_KEY = "@key";
/** Maximum depth of nesting of a file. Feeds with all extensions have a depth of about ten. */
export const MAX_DEPTH = 64;
/** Maximum number of characters of a record. A longer record is rejected. */
export const MAX_RECORD_LENGTH = 8 << 20;
/** Number of characters that each node adds to the length of its record, besides its text. A record of millions of empty elements is
 * therefore too long. */
export const NODE_LENGTH = 64;

export class TreeNode {
  readonly path: Path;
  readonly parent: TreeNode | undefined;
  /** The node's own text, without the texts of its children. */
  text = "";
  children: TreeNode[] | undefined;
  attributes: TreeNode[] | undefined;
  readonly is_array: boolean;
  /** Position in the text of the parent element at which the element begins. */
  at = 0;
  /** Whether the text contains anything but white space. */
  has_text = false;
  /** Whether the text is HTML, with the tags of the elements in it. */
  is_html = false;

  constructor(path: Path, parent: TreeNode | undefined, isArray = false) {
    this.path = path;
    this.parent = parent;
    this.is_array = isArray;
  }
}

export interface TreeRecord {
  node: TreeNode;
  /** Line of the file on which the record begins, from 1. */
  line: number;
  /** Position of the record in the decoded text of the file, in characters; missing if the file is not a text. */
  from?: number;
  to?: number;
  /** Whether the record is longer than MAX_RECORD_LENGTH, so that the tree lacks its end. */
  is_too_long: boolean;
  /** What is wrong with a line that is not a record. It has no values. */
  broken?: BrokenRecord;
}

export type OnRecord = (record: TreeRecord) => void;

/** Returns the names from below `root` down to `path`, such as `dimensions/width`; `.` for the root itself. */
export function nameFrom(root: Path, path: Path): string {
  if (path === root) return ".";
  let name = path.name;
  for (let at = path.parent; at !== undefined && at !== root; at = at.parent) name = `${at.name}/${name}`;
  return name;
}

/** Calls `visit` for each text in the tree below `root`, including the text of `root`. Attributes have a text, and so do nodes without
 * children and nodes with text between their children. `isElement`: whether the text is an element of a JSON array. */
export function eachValue(root: TreeNode, visit: (path: Path, text: string, isElement: boolean) => void): void {
  const { attributes, children } = root;
  if (attributes !== undefined) for (const { path, text } of attributes) visit(path, text, false);
  if (children === undefined) visit(root.path, root.text, root.parent?.is_array === true);
  else {
    if (root.text !== "") visit(root.path, root.text, false);
    for (const child of children) eachValue(child, visit);
  }
}

export const isObject = ({ children, is_array }: TreeNode): boolean => children !== undefined && !is_array;

/** Whether the node is a number, a text or a word in an array of JSON. */
export const isScalar = ({ children, text, parent }: TreeNode): boolean =>
  children === undefined && text !== "" && parent?.is_array === true;
