// Estimates the quickest way to read a page: by the terms of its products, or in list order until the page is full, either product
// by product or key range by key range. Costs are microseconds of a database with warm caches; only their ratios matter.
import { groupsOf } from "./posting-groups.ts";
import type { TermCondition } from "./term-conditions.ts";
import type { ParsedFilter, TextCondition } from "../../query/parse-filter.ts";

// Measured at 1,000,000 products.
/** Reads an entry of a posting list. */
const ENTRY_US = 0.1;
/** Adds an entry to PostgreSQL's bitmap. */
const NOTE_US = 0.1;
/** Compares an entry with one more posting list of the same scan: 150,000 entries of 550 lists took 0.8 s. */
const ENTRY_LIST_US = 0.0085;
/** Looks up and sorts a candidate: a product in all posting lists. */
const CANDIDATE_US = 1;
/** Evaluates the filter for a candidate, until the page is full. */
const CHECK_US = 5;
/** Reads the next product in list order. In SKU order this includes its texts. */
const SCAN_US = 3;
/** In other orders: compares the product's terms with one word that the search may mean. */
const SCAN_WORD_US = 0.1;
/** Larger tables cost more per product, because products are further apart and no longer in PostgreSQL's own buffers: four times as
 * much for ten times as many products. */
const SPREAD = 0.6;
/** Finds the end of a key range. */
const RANGE_US = 1000;
/** Reads an entry of the order's index within a key range. */
const RANGE_ENTRY_US = 0.15;

/** Products with the words next to each other are rarer by this factor than products with the words anywhere. */
const TOGETHER = 8;
/** One in this many words of a product is in its name. */
const IN_NAME = 7;

export interface Costs {
  /** The cost of reading by terms; Infinity without term conditions. */
  candidates: number;
  /** The conditions with which that is cheapest. */
  narrowing: readonly TermCondition[];
  /** Products that an ordered scan reads for each one it finds. */
  scanned_per_match: number;
  one_by_one: ScanCost;
  by_key_range: ScanCost & { narrowing: readonly TermCondition[] };
}

interface ScanCost {
  /** Until the page is full. */
  all: number;
  /** For each scanned product, without the start-up cost of a statement. */
  each: number;
}

interface Catalogue {
  limit: number;
  products: number;
  by_sku: boolean;
  is_settled: boolean;
}

/** @param conditions the most selective first */
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
    // PostgreSQL scans all lists together and skips the entries that the rarest list excludes.
    const lists = conditions.reduce((sum, { any_of }) => sum + any_of.length, 0);
    return 2 * rarest.products * (ENTRY_US + lists * ENTRY_LIST_US);
  }
  return groupsOf(rarest, isSettled).reduce((sum, { from, to }) => {
    const entries = rarest.counts.slice(from, to).reduce((all, count) => all + count, 0);
    return sum + entries * (ENTRY_US + NOTE_US + (to - from) * ENTRY_LIST_US);
  }, 0);
}

/** A guess: the share of the filter's products among the products that have all its terms. */
const precisionOf = ({ texts }: ParsedFilter): number =>
  texts.reduce((product, text) => product * precisionOfText(text), 1);

function precisionOfText({ columns, tokens }: TextCondition): number {
  const together = TOGETHER ** -Math.max(Math.min(tokens.length, 3) - 1, 0);
  return columns.length === 1 && columns[0] === "name" ? together / IN_NAME : together;
}
