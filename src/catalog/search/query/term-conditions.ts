// Translates a filter into index terms, and reads how many products have each term.
import type { Queryable } from "../../../db/connection/connect.ts";
import { join, parameter, raw, sql, statement, type Sql } from "../../../db/sql.ts";
import { hashWord, wordOfTerm } from "../../query/terms.ts";
import type { ParsedFilter } from "../../query/parse-filter.ts";
import type { Token, WordTest } from "../../query/tokens.ts";

/** A condition on the terms of a product: every indexed product that matches the filter has at least one of these terms. */
export interface TermCondition {
  any_of: number[];
  /** Estimated number of products with each term, in descending order. */
  counts: number[];
  /** Sum of `counts`. */
  products: number;
}

/** Maximum number of stored words that one word of a search may match. A word that matches more stored words narrows the search too
 * little. */
const MAX_WORDS = 2000;
/** Maximum number of words of a search that are looked up in the index. The longest words are used, because they narrow the search most. */
const MAX_TOKENS = 8;

/** Translates a filter to conditions on index terms. The condition that the fewest products fulfil comes first. */
export async function readTermStats(
  db: Queryable,
  { texts, fixed_terms }: Pick<ParsedFilter, "texts" | "fixed_terms">,
): Promise<TermCondition[]> {
  const tokens = new Map(texts.flatMap((text) => text.tokens).map((token) => [JSON.stringify(token.any_of), token]));
  const longest = [...tokens.values()].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, MAX_TOKENS);
  const found = await readStats(db, longest, fixed_terms);
  return found.sort((a, b) => a.products - b.products);
}

const lengthOf = ({ any_of: [test] }: Token): number => test?.comparisons[0]?.operand.length ?? 0;

/** Runs one statement for all conditions. For each token (a condition on one word), the statement reads the stored words that match. For
 * each list of terms in `fixed`, it reads how many products have each term. */
async function readStats(
  db: Queryable,
  tokens: readonly Token[],
  fixed: readonly (readonly number[])[],
): Promise<TermCondition[]> {
  const conditions = [
    ...tokens.map(wordCondition),
    ...fixed.map((terms) => sql`w.word = any(${terms.map(wordOfTerm)}::text[])`),
  ];
  if (conditions.length === 0) return [];
  const limit = parameter(MAX_WORDS + 1);
  const selects = conditions.map((condition, i) => {
    const usable = tokens[i]?.ignores_accents === true ? HAS_FOLDED_GRAMS : raw("true");
    return sql`
      select array_agg(w.word order by w.products desc) as words, array_agg(w.products order by w.products desc) as counts, ${usable} as usable,
             ${raw(String(i))} as position
      from (select w.word, w.products from search_words w where ${condition} limit ${limit}) w`;
  });
  const { rows } = await db.query<{ words: string[] | null; counts: number[] | null; usable: boolean }>(
    statement`${join(selects, " union all ")} order by position`,
  );
  return rows
    .flatMap(({ words, counts, usable }, i) => {
      if (!usable) return [];
      const terms = fixed[i - tokens.length];
      return {
        any_of: terms === undefined ? (words ?? []).map(hashWord) : [...terms],
        counts: counts ?? [],
        products: (counts ?? []).reduce((sum, count) => sum + count, 0),
      };
    })
    .filter(({ any_of }) => any_of.length <= MAX_WORDS);
}

/** SQL: whether all stored words have the trigrams that searches need to ignore accents. The indexer adds these trigrams in the
 * background to words that an earlier release stored. */
const HAS_FOLDED_GRAMS = raw("(select folded_until is null from search_state)");

const wordCondition = ({ any_of }: Token): Sql => sql`(${join(any_of.map(testOf), " or ")})`;

function testOf({ grams, comparisons }: WordTest): Sql {
  const compared = comparisons.map(({ operator, operand }) => sql`w.word ${raw(operator)} ${operand}::text`);
  const conditions = compared.length === 0 ? [] : [sql`(${join(compared, " or ")})`];
  const certain = grams.flatMap((spellings) => (spellings.length === 1 ? spellings : []));
  if (certain.length > 0) conditions.unshift(sql`w.grams @> ${certain}::int[]`);
  for (const spellings of grams) if (spellings.length > 1) conditions.unshift(sql`w.grams && ${spellings}::int[]`);
  return join(conditions, " and ");
}
