// Which way of reading a page is the quicker one: by the terms of its products, or in order until there are enough. In
// microseconds of a database that has what it reads in memory; only their ratio decides.
import { groupingFor, groupsOf, type Grouping } from "./group-terms.ts";
import { termsOf } from "./pattern.ts";
import type { TermCondition } from "./plan.ts";
import { tokensOf } from "./tokens.ts";
import type { ProductFilter } from "../../../contract/product-filter.ts";

/** Measured at 1,000,000 products: an entry is read, … */
const ENTRY_US = 0.1;
/** … and held against each list that is read with its own: 150,000 entries of 550 lists took 0.8 s, … */
const ENTRY_LIST_US = 0.0085;
/** … a candidate that all lists have is looked up in the index and sorted … */
const CANDIDATE_US = 1;
/** … and held against the filter, until there are enough. */
const CHECK_US = 5;
/** A product that is passed in order is read, in the order of the SKUs with all its texts, … */
const PASS_US = 3;
/** … and in the others held against each word that a part may stand for. */
const PASS_WORD_US = 0.1;
/** Products lie further apart in a larger table: twice as much for ten times as many. */
const SPREAD = 0.3;

/** So much rarer is what stands together than what stands somewhere in the same product. */
const TOGETHER = 8;
/** Of a product's words so many are of its name: one in. */
const IN_NAME = 7;

export interface Costs {
  /** By terms, all in all, … */
  candidates: number;
  /** … of these conditions. */
  narrowing: readonly TermCondition[];
  /** In order: of one product that is passed, and how many are passed for one that is found. */
  pass: number;
  passed: number;
}

/** @param conditions the rarest first */
export function estimateCosts(
  filter: ProductFilter,
  conditions: readonly TermCondition[],
  { limit, products, by_sku, is_settled }: { limit: number; products: number; by_sku: boolean; is_settled: boolean },
): Costs {
  const size = Math.max(products, 1);
  const spread = Math.max(size / 1_000_000, 0.1) ** SPREAD;
  const shares = conditions.map((condition) => Math.min(Math.max(condition.products, 1) / size, 1));
  const found = shares.reduce((product, share) => product * share, precisionOf(filter));
  const words = conditions[0]?.any_of.length ?? 0;
  let best = { candidates: Infinity, narrowing: conditions.slice(0, 1) };
  let share = 1;
  for (const i of conditions.keys()) {
    const grouping = groupingFor(i + 1, is_settled);
    const entries = conditions.slice(0, i + 1).reduce((sum, used) => sum + costOfEntries(used, grouping), 0);
    share *= shares[i] as number;
    // Words that go together are found together more often than chance has it.
    const candidates = size * Math.sqrt(share * (shares[0] as number));
    const checked = Math.min((limit * share) / found, candidates);
    const cost = entries + (candidates * CANDIDATE_US + checked * CHECK_US) * spread;
    if (cost < best.candidates) best = { candidates: cost, narrowing: conditions.slice(0, i + 1) };
  }
  return {
    ...best,
    pass: (by_sku ? PASS_US : PASS_US + words * PASS_WORD_US) * spread,
    passed: Math.min(1 / found, size),
  };
}

function costOfEntries(condition: TermCondition, grouping: Grouping): number {
  return groupsOf(condition, grouping).reduce((sum, { from, to }) => {
    const entries = condition.counts.slice(from, to).reduce((all, count) => all + count, 0);
    return sum + entries * (ENTRY_US + (to - from) * ENTRY_LIST_US);
  }, 0);
}

/** Of the products that have all words, how many the filter means: at a guess. */
function precisionOf(filter: ProductFilter): number {
  const together = (text: string): number => TOGETHER ** -Math.max(Math.min(tokensOf(text).length, 3) - 1, 0);
  const searched = termsOf(filter.search ?? "").reduce((product, term) => product * together(term), 1);
  const named = filter.name === undefined ? 1 : together(filter.name) / IN_NAME;
  const described = filter.description === undefined ? 1 : together(filter.description);
  return searched * named * described;
}
