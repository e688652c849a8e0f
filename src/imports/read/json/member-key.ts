// Adds the name of a member to a record that is the member of an object.
import { MEMBER_KEY, TreeNode } from "../tree/nodes.ts";

/** Adds the name as an attribute of the record, unless the record has a member of this name. */
export function addMemberKey(record: TreeNode, name: string): void {
  const path = record.path.child(MEMBER_KEY);
  if (record.children?.some((child) => child.path === path) === true) return;
  const key = new TreeNode(path, record);
  key.text = name;
  record.attributes = [key];
}
