// Which of a condition's terms are looked up together.
import type { TermCondition } from "./plan.ts";

/** How many groups at most, and how many lists the next one has. */
export interface Grouping {
  most: number;
  size: (n: number, count: number) => number;
}

/** Entries of lists that are read together: to begin another group, some 50 us, costs more then. */
const TOGETHER = 4500;

export function groupingFor(conditions: number, is_settled: boolean): Grouping {
  // Each group looks through what PostgreSQL has not sorted into the index yet (fastupdate): up to some milliseconds.
  if (!is_settled) return { most: 3, size: (n) => 3 ** n };
  // Where several conditions have many groups the planner reads one and holds all products of it against the others.
  if (conditions > 1) return { most: 6, size: (n) => 2 ** n };
  return { most: 64, size: (_, count) => Math.floor(TOGETHER / Math.max(count, 1)) };
}

/** Terms [from, to) of the condition. */
export function groupsOf({ any_of, counts }: TermCondition, { most, size }: Grouping): { from: number; to: number }[] {
  const groups: { from: number; to: number }[] = [];
  for (let from = 0; from < any_of.length || from === 0;) {
    const lists = Math.max(size(groups.length, counts[from] ?? 1), 1);
    const to = Math.max(groups.length + 1 === most ? any_of.length : from + lists, from + 1);
    groups.push({ from, to });
    from = to;
  }
  return groups;
}
