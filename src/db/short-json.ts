// Shortens large JSON values for lists and streams to about 1 kB. The stored size is checked first, so that PostgreSQL neither reads
// nor decompresses a large value.

/** Longest JSON text, in bytes, that lists and streams show. */
const SHOWN_BYTES = 1024;
/** A value that takes more than this on disk, compressed or not, counts as long, and its text is not read. */
const STORED_BYTES = 2 * SHOWN_BYTES;
/** Maximum length of a problem's shortened detail, in characters of at most four bytes each. */
const DETAIL_CHARACTERS = 200;

/** SQL: true if the JSON in `column` is short or null. */
export const isShort = (column: string): string =>
  `coalesce(case when pg_column_size(${column}) > ${STORED_BYTES} then false
                 else octet_length(${column}::text) <= ${SHOWN_BYTES} end, true)`;

/** SQL: the problem document in `column`. A long document is reduced to its standard members and the beginning of its detail. */
export const shortProblem = (column: string): string =>
  `case when ${isShort(column)} then ${column} else jsonb_build_object(
     'type', ${column} -> 'type', 'title', ${column} -> 'title', 'status', ${column} -> 'status',
     'detail', left(${column} ->> 'detail', ${DETAIL_CHARACTERS}) || ' …') end`;
