// Large JSON values as lists and streams show them: at most 1 kB. The stored size is compared first, so that PostgreSQL
// neither decompresses nor reads a large value.

/** Bytes of a JSON text that lists and streams show. */
const SHOWN_BYTES = 1024;
/** A value that takes more than this on disk, perhaps compressed, is longer than `SHOWN_BYTES` as text. */
const STORED_BYTES = 2 * SHOWN_BYTES;
/** Characters of a problem's sentence that are kept; four bytes each at most. */
const DETAIL_CHARACTERS = 200;

/** SQL: whether the JSON in `column` is short, true where it is null. */
export const isShort = (column: string): string =>
  `coalesce(case when pg_column_size(${column}) > ${STORED_BYTES} then false
                 else octet_length(${column}::text) <= ${SHOWN_BYTES} end, true)`;

/** SQL: the problem document in `column`; a long one without its further members and with the beginning of its sentence. */
export const shortProblem = (column: string): string =>
  `case when ${isShort(column)} then ${column} else jsonb_build_object(
     'type', ${column} -> 'type', 'title', ${column} -> 'title', 'status', ${column} -> 'status',
     'detail', left(${column} ->> 'detail', ${DETAIL_CHARACTERS}) || ' …') end`;
