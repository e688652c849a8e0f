// Estimates the quickest way to read a page: read the products that have the search terms, or scan the products in list order until the
// page is full. A scan reads products one by one or by key range. Costs are in microseconds for a database with warm caches; only their
// ratios matter.
import { groupsOf } from "./posting-groups.ts";
import type { TermCondition } from "./term-conditions.ts";
import type { ParsedFilter, TextCondition } from "../../query/parse-filter.ts";

// These costs were measured with 1,000,000 products.
/** Cost of reading an entry of a posting list. */
const ENTRY_US = 0.1;
/** Cost of adding a product's entry to the bitmap of PostgreSQL's bitmap index scan. */
const NOTE_US = 0.1;
/** Cost of comparing a posting-list entry with one more posting list of the same scan: 150,000 entries of 550 lists took 0.8 s. */
const ENTRY_LIST_US = 0.0085;
/** Cost of looking up and sorting a candidate, which is a product with a term of every condition. */
const CANDIDATE_US = 1;
/** Cost of evaluating the filter for a candidate. Candidates are evaluated until the page is full. */
const CHECK_US = 5;
/** Cost of reading the next product in list order. In SKU order, this includes reading the product's texts; in other orders, SCAN_WORD_US
 * is added for each term that is looked up in the product. */
const SCAN_US = 3;
/** Cost of checking whether a scanned product has a given term. A scan checks each product for all terms that fulfil the condition. In SKU
 * order, it checks the product's texts instead. */
const SCAN_WORD_US = 0.1;
/** Exponent with which the cost per product grows with the size of the table. In larger tables, products are further apart and no longer in
 * PostgreSQL's own buffers: with ten times as many products, each product costs four times as much. */
const SPREAD = 0.6;
/** Cost, in microseconds, of finding the position at which a key range ends. */
const RANGE_US = 1000;
/** Cost, in microseconds, of reading one entry of the sort order's index while scanning a key range. */
const RANGE_ENTRY_US = 0.15;

/** Assumed factor by which products that contain two words next to each other are rarer than products that contain these words anywhere. */
const TOGETHER = 8;
/** Assumed ratio of the number of words in a product's texts to the number of words in its name. */
const IN_NAME = 7;

export interface Costs {
  /** Cost of reading the products that have the search terms; Infinity if the filter has no conditions on index terms. */
  candidates: number;
  /** The conditions on index terms that select products at the lowest cost. */
  narrowing: readonly TermCondition[];
  /** Number of products that an ordered scan reads for each matching product. */
  scanned_per_match: number;
  one_by_one: ScanCost;
  by_key_range: ScanCost & { narrowing: readonly TermCondition[] };
}

interface ScanCost {
  /** Cost of scanning until the page is full. */
  all: number;
  /** Cost of each scanned product, without the start-up cost of a statement. */
  each: number;
}

interface Catalogue {
  limit: number;
  products: number;
  by_sku: boolean;
  is_settled: boolean;
}

/** @param conditions the filter's conditions on index terms; the condition that the fewest products fulfil comes first */
export function estimateCosts(
  filter: ParsedFilter,
  conditions: readonly TermCondition[],
  { limit, products, by_sku, is_settled }: Catalogue,
): Costs {
  const size = Math.max(products, 1);
  const spread = Math.max(size / 1_000_000, 0.1) ** SPREAD;
  const shares = conditions.map((condition) => Math.min(Math.max(condition.products, 1) / size, 1));
  const matching = shares.reduce((product, share) => product * share, precisionOf(filter));
  const scannedPerMatch = Math.min(1 / matching, size);
  const scanned = limit * scannedPerMatch;
  let terms = { all: Infinity, narrowing: conditions.slice(0, 1) };
  let ranges = { ...terms, each: Infinity };
  let share = 1;
  for (const i of conditions.keys()) {
    const narrowing = conditions.slice(0, i + 1);
    share *= shares[i] as number;
    // Words of one search occur in the same products more often than by chance.
    const together = Math.sqrt(share * (shares[0] as number));
    const entries = costOfEntries(narrowing, is_settled);
    const checked = (limit * share) / matching;
    const ofCandidates = (candidates: number): number =>
      (candidates * CANDIDATE_US + Math.min(checked, candidates) * CHECK_US) * spread;
    const all = entries + ofCandidates(size * together);
    if (all < terms.all) terms = { all, narrowing };
    const scanning = scanned * RANGE_ENTRY_US + ofCandidates(scanned * together);
    const allOfRanges = RANGE_US + entries + scanning;
    if (allOfRanges < ranges.all) ranges = { all: allOfRanges, narrowing, each: scanning / scanned };
  }
  const each = SCAN_US * spread + (by_sku ? 0 : (conditions[0]?.any_of.length ?? 0) * SCAN_WORD_US);
  return {
    candidates: terms.all,
    narrowing: terms.narrowing,
    scanned_per_match: scannedPerMatch,
    one_by_one: { all: scanned * each, each },
    by_key_range: ranges,
  };
}

function costOfEntries(conditions: readonly TermCondition[], isSettled: boolean): number {
  const [rarest] = conditions;
  if (rarest === undefined) return 0;
  if (conditions.length > 1) {
    // PostgreSQL scans the posting lists of all conditions together. It skips the entries that the most selective condition excludes.
    const lists = conditions.reduce((sum, { any_of }) => sum + any_of.length, 0);
    return 2 * rarest.products * (ENTRY_US + lists * ENTRY_LIST_US);
  }
  return groupsOf(rarest, isSettled).reduce((sum, { from, to }) => {
    const entries = rarest.counts.slice(from, to).reduce((all, count) => all + count, 0);
    return sum + entries * (ENTRY_US + NOTE_US + (to - from) * ENTRY_LIST_US);
  }, 0);
}

/** Guesses which share of the products that have all terms of the filter actually match the filter. */
const precisionOf = ({ texts }: ParsedFilter): number =>
  texts.reduce((product, text) => product * precisionOfText(text), 1);

function precisionOfText({ columns, tokens }: TextCondition): number {
  const together = TOGETHER ** -Math.max(Math.min(tokens.length, 3) - 1, 0);
  return columns.length === 1 && columns[0] === "name" ? together / IN_NAME : together;
}
