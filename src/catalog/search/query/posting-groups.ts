// Which of a condition's terms are looked up together, where it is the only one.
import type { TermCondition } from "./term-conditions.ts";

/** Entries of lists that are read together: to begin another group, some 50 us, costs more then. */
const TOGETHER = 4500;
const MAX_GROUPS = 64;
/** Each group looks through what PostgreSQL has not sorted into the index yet (fastupdate): up to some milliseconds. */
const MAX_UNSETTLED = 3;

/** Terms [from, to) of the condition. */
export function groupsOf({ any_of, counts }: TermCondition, isSettled: boolean): { from: number; to: number }[] {
  const most = isSettled ? MAX_GROUPS : MAX_UNSETTLED;
  const groups: { from: number; to: number }[] = [];
  for (let from = 0; from < any_of.length || from === 0;) {
    const lists = isSettled ? Math.floor(TOGETHER / Math.max(counts[from] ?? 1, 1)) : 3 ** groups.length;
    const to = groups.length + 1 === most ? any_of.length : from + Math.max(lists, 1);
    groups.push({ from, to });
    from = to;
  }
  return groups;
}
