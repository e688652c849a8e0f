// What the index knows about a filter: which terms its products must have, and about how many products have them.
import type { Queryable } from "../../../db/connection/connect.ts";
import {
  attributeTerm,
  attributeValueTerm,
  changedInTerm,
  createdInTerm,
  hashWord,
  inactiveTerm,
  otherValueTerm,
  wordOfTerm,
} from "../../query/terms.ts";
import { termsOf } from "../../query/pattern.ts";
import { tokensOf, type Token } from "../text/tokens.ts";
import { attributesOf, type ProductFilter } from "../../../../contract/catalog/product-filter.ts";

/** Every product of the filter that is indexed has one of these terms. */
export interface TermCondition {
  any_of: number[];
  /** Products that have each, the most frequent first, and the sum of them; estimates. */
  counts: number[];
  products: number;
}

/** Words that a token may stand for; where there are more the token narrows too little. */
const MAX_WORDS = 2000;
/** Tokens that are looked up, the longest first: they narrow most. */
const MAX_TOKENS = 8;

export async function readConditions(db: Queryable, filter: ProductFilter): Promise<TermCondition[]> {
  const texts = [
    ...termsOf(filter.search ?? ""),
    ...[filter.name, filter.description].filter((text) => text !== undefined),
  ];
  const tokens = new Map(texts.flatMap(tokensOf).map((token) => [`${token.operator}${token.operand}`, token]));
  const longest = [...tokens.values()].sort((a, b) => b.operand.length - a.operand.length).slice(0, MAX_TOKENS);
  const found = await readTerms(db, longest, fixedTermsOf(filter));
  return found.sort((a, b) => a.products - b.products);
}

/** Of tokens the words, the most frequent first; of other terms what is known of them. In one statement. */
async function readTerms(
  db: Queryable,
  tokens: readonly Token[],
  fixed: readonly (readonly number[])[],
): Promise<TermCondition[]> {
  const values: unknown[] = [MAX_WORDS + 1];
  const conditions = [
    ...tokens.map(({ operator, operand, grams }) => {
      const isWord = `w.word ${operator} $${String(values.push(operand))}::text`;
      return grams.length > 0 ? `w.grams @> $${String(values.push(grams))}::int[] and ${isWord}` : isWord;
    }),
    ...fixed.map((terms) => `w.word = any($${String(values.push(terms.map(wordOfTerm)))}::text[])`),
  ];
  if (conditions.length === 0) return [];
  const selects = conditions.map(
    (
      condition,
    ) => `select array_agg(w.word order by w.products desc) as words, array_agg(w.products order by w.products desc) as counts
                    from (select w.word, w.products from search_words w where ${condition} limit $1) w`,
  );
  const { rows } = await db.query<{ words: string[] | null; counts: number[] | null }>(
    selects.join(" union all "),
    values,
  );
  return rows
    .map(({ words, counts }, i) => {
      const known = fixed[i - tokens.length];
      return {
        any_of: known === undefined ? (words ?? []).map(hashWord) : [...known],
        counts: counts ?? [],
        products: (counts ?? []).reduce((sum, count) => sum + count, 0),
      };
    })
    .filter(({ any_of }) => any_of.length <= MAX_WORDS);
}

/** The terms of all that is no text. */
function fixedTermsOf(filter: ProductFilter): number[][] {
  return [
    ...(filter.active === false ? [[inactiveTerm()]] : []),
    ...attributesOf(filter).map(([name, value]) => {
      if (value === "*") return [attributeTerm(name)];
      return [attributeValueTerm(name, value === "\\*" ? "*" : value), otherValueTerm(name)];
    }),
    ...(filter.created_in === undefined ? [] : [[createdInTerm(filter.created_in)]]),
    ...(filter.changed_in === undefined ? [] : [[changedInTerm(filter.changed_in)]]),
  ];
}
