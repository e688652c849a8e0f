// The callbacks through which the reader of JSON reports values outside of records.
import type { TreeNode } from "../tree/nodes.ts";

export interface JsonVisitor {
  /** Called when an object or an array begins. `names` is the path to this value: the names of members, and `*` for elements of arrays. */
  open(names: readonly string[], isArray: boolean): void;
  close(): void;
  member(name: string): void;
  /** Called for each value of the file that is not part of another value. */
  root(): void;
  /** Whether `value` is to be called for the number, text or word with this name; `*` for an element of an array. */
  wants?(name: string): boolean;
  value?(name: string, text: string): void;
  /** Returns the container of the next record, if its values are needed. */
  innermost?(): TreeNode | undefined;
}
