// Which way of reading a page is the quickest one: by the terms of its products, or in order until there are enough, one by one or
// stretch by stretch. In microseconds of a database that has what it reads in memory; only their ratio decides.
import { groupsOf } from "./posting-groups.ts";
import { termsOf } from "../../query/pattern.ts";
import type { TermCondition } from "./term-conditions.ts";
import { tokensOf } from "../text/tokens.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";

/** Measured at 1,000,000 products: an entry is read, … */
const ENTRY_US = 0.1;
/** … noted for later, … */
const NOTE_US = 0.1;
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
/** Products lie further apart in a larger table, and no longer in memory that PostgreSQL calls its own: four times as much for ten
 * times as many. */
const SPREAD = 0.6;
/** The end of a stretch is looked up, … */
const STRETCH_US = 1000;
/** … and each product in it is an entry of the order's index. */
const STRETCH_ENTRY_US = 0.15;

/** So much rarer is what stands together than what stands somewhere in the same product. */
const TOGETHER = 8;
/** Of a product's words so many are of its name: one in. */
const IN_NAME = 7;

export interface Costs {
  /** By terms, all in all (Infinity where there are no conditions), … */
  candidates: number;
  /** … of these conditions. */
  narrowing: readonly TermCondition[];
  /** In order: how many are passed for one that is found. */
  passed: number;
  one_by_one: Pass;
  by_stretches: Pass & { narrowing: readonly TermCondition[] };
}

interface Pass {
  /** Until there are enough. */
  all: number;
  /** Of a product that is passed, where a statement takes so many that its beginning does not count. */
  each: number;
}

interface Catalogue {
  limit: number;
  products: number;
  by_sku: boolean;
  is_settled: boolean;
}

/** @param conditions the rarest first */
export function estimateCosts(
  filter: ProductFilter,
  conditions: readonly TermCondition[],
  { limit, products, by_sku, is_settled }: Catalogue,
): Costs {
  const size = Math.max(products, 1);
  const spread = Math.max(size / 1_000_000, 0.1) ** SPREAD;
  const shares = conditions.map((condition) => Math.min(Math.max(condition.products, 1) / size, 1));
  const found = shares.reduce((product, share) => product * share, precisionOf(filter));
  const passed = Math.min(1 / found, size);
  const toPass = limit * passed;
  let terms = { all: Infinity, narrowing: conditions.slice(0, 1) };
  let stretches = { ...terms, each: Infinity };
  let share = 1;
  for (const i of conditions.keys()) {
    const narrowing = conditions.slice(0, i + 1);
    share *= shares[i] as number;
    // Words that go together are found together more often than chance has it.
    const together = Math.sqrt(share * (shares[0] as number));
    const entries = costOfEntries(narrowing, is_settled);
    const checked = (limit * share) / found;
    const ofCandidates = (candidates: number): number =>
      (candidates * CANDIDATE_US + Math.min(checked, candidates) * CHECK_US) * spread;
    const all = entries + ofCandidates(size * together);
    if (all < terms.all) terms = { all, narrowing };
    const passing = toPass * STRETCH_ENTRY_US + ofCandidates(toPass * together);
    const allPassing = STRETCH_US + entries + passing;
    if (allPassing < stretches.all) stretches = { all: allPassing, narrowing, each: passing / toPass };
  }
  const each = PASS_US * spread + (by_sku ? 0 : (conditions[0]?.any_of.length ?? 0) * PASS_WORD_US);
  return {
    candidates: terms.all,
    narrowing: terms.narrowing,
    passed,
    one_by_one: { all: toPass * each, each },
    by_stretches: stretches,
  };
}

function costOfEntries(conditions: readonly TermCondition[], isSettled: boolean): number {
  const [rarest] = conditions;
  if (rarest === undefined) return 0;
  if (conditions.length > 1) {
    // The lists of all are gone through together, and what is far behind is skipped.
    const lists = conditions.reduce((sum, { any_of }) => sum + any_of.length, 0);
    return 2 * rarest.products * (ENTRY_US + lists * ENTRY_LIST_US);
  }
  return groupsOf(rarest, isSettled).reduce((sum, { from, to }) => {
    const entries = rarest.counts.slice(from, to).reduce((all, count) => all + count, 0);
    return sum + entries * (ENTRY_US + NOTE_US + (to - from) * ENTRY_LIST_US);
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
