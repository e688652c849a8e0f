// Which way of reading a page is the quicker one: by the terms of its products, or in order until there are enough. In
// microseconds of a database that has what it reads in memory; only their ratio decides.
import { termsOf } from "./pattern.ts";
import type { TermCondition } from "./plan.ts";
import { tokensOf } from "./tokens.ts";
import type { ProductFilter } from "../../../contract/product-filter.ts";

/** Measured at 1,000,000 products: a candidate is looked up in the index and sorted … */
const CANDIDATE_US = 1;
/** … a product of it is held against the filter … */
const CHECK_US = 5;
/** … each product that is passed in order is read, in the order of the SKUs with all its texts, … */
const PASS_US = { sku: 3, other: 3 };
/** … and in the others held against each word that a part may stand for. */
const PASS_WORD_US = 0.1;
/** One entry of a word's list, and each further list that is read along with it. */
const ENTRY_US = 0.05;
const ENTRY_LIST_US = 0.005;

/** So much rarer is what stands together than what stands somewhere in the same product. */
const TOGETHER = 8;
/** Of a product's words so many are of its name: one in. */
const IN_NAME = 7;

export interface Costs {
  /** By terms, all in all. */
  candidates: number;
  /** In order: of one product that is passed, and how many are passed for one that is found. */
  pass: number;
  passed: number;
}

export function estimateCosts(
  filter: ProductFilter,
  conditions: readonly TermCondition[],
  { limit, products, by_sku }: { limit: number; products: number; by_sku: boolean },
): Costs {
  const size = Math.max(products, 1);
  const rarest = conditions[0] ?? { products: size, any_of: [] };
  const share = conditions.reduce((product, one) => product * Math.min(one.products / size, 1), 1);
  const precision = precisionOf(filter);
  const passed = Math.min(1 / (share * precision), size);
  // Words that go together are found together more often than chance has it.
  const candidates = Math.sqrt(share * size * Math.min(rarest.products, size));
  const entries = Math.min(rarest.products, size) * (ENTRY_US + rarest.any_of.length * ENTRY_LIST_US);
  return {
    candidates: entries + candidates * CANDIDATE_US + Math.min(limit / precision, candidates) * CHECK_US,
    pass: by_sku ? PASS_US.sku : PASS_US.other + rarest.any_of.length * PASS_WORD_US,
    passed,
  };
}

/** Of the products that have all words, how many the filter means: at a guess. */
function precisionOf(filter: ProductFilter): number {
  const together = (text: string): number => TOGETHER ** -Math.max(Math.min(tokensOf(text).length, 3) - 1, 0);
  const searched = termsOf(filter.search ?? "").reduce((product, term) => product * together(term), 1);
  const named = filter.name === undefined ? 1 : together(filter.name) / IN_NAME;
  const described = filter.description === undefined ? 1 : together(filter.description);
  return searched * named * described;
}
