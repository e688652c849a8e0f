// Groups the posting lists of the alternative terms of one condition. PostgreSQL scans the lists of a group together.
import type { TermCondition } from "./term-conditions.ts";

/** Maximum number of posting-list entries in a group. Up to this number, adding a list to the group costs less than scanning another group
 * (about 50 us). */
const MAX_GROUP_ENTRIES = 4500;
const MAX_GROUPS = 64;
/** Maximum number of groups while the pending list (fastupdate) of the GIN index has entries. Each group scans this list, which takes up to
 * several milliseconds. */
const MAX_GROUPS_UNSETTLED = 3;

/** Splits the terms of the condition into groups. Each group contains the terms [from, to). */
export function groupsOf({ any_of, counts }: TermCondition, isSettled: boolean): { from: number; to: number }[] {
  const maxGroups = isSettled ? MAX_GROUPS : MAX_GROUPS_UNSETTLED;
  const groups: { from: number; to: number }[] = [];
  for (let from = 0; from < any_of.length || from === 0;) {
    const lists = isSettled ? Math.floor(MAX_GROUP_ENTRIES / Math.max(counts[from] ?? 1, 1)) : 3 ** groups.length;
    const to = groups.length + 1 === maxGroups ? any_of.length : from + Math.max(lists, 1);
    groups.push({ from, to });
    from = to;
  }
  return groups;
}
