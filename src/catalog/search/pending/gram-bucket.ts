// A gram is three neighbouring bytes (a trigram) and belongs to one of 2^9 buckets. A product with a hundred different trigrams fills a
// fifth of the buckets.
export const GRAM_BYTES = 3;
/** Number of bits of a trigram's hash. */
const GRAM_BITS = 9;
export const GRAM_BUCKETS = 2 ** GRAM_BITS;

export const gramBucket = (first: number, second: number, third: number): number =>
  Math.imul((first << 16) | (second << 8) | third, 0x9e3779b1) >>> (32 - GRAM_BITS);
