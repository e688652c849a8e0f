// Constants of PostgreSQL's binary formats: COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"), arrays, and the
// types we send. Each field and each array element is its length as an int32 (-1 for null), followed by its value.

/** Signature, flags and the length of an empty header extension. Rows follow, each with its number of fields as an int16. */
export const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
/** A row with this number of fields marks the end of the data. */
export const COPY_TRAILER = -1;
export const FIELD_COUNT_BYTES = 2;
export const LENGTH_BYTES = 4;
export const NULL_LENGTH = -1;

/** Length of the header of a one-dimensional array: dimensions, null flag, element type, element count, lower bound. */
export const ARRAY_HEADER_BYTES = 20;
export const ARRAY_COUNT_AT = 12;

/** Object ids of types, from pg_type. */
export const OIDS = { int8: 20, int4: 23, text: 25, float8: 701 } as const;

export const TID_BYTES = 6;
/** First byte of a jsonb value; the JSON text follows. */
export const JSONB_VERSION = 1;
/** PostgreSQL counts timestamps in microseconds from 2000-01-01. This is the number of microseconds from 1970-01-01 to that day. */
export const POSTGRES_EPOCH_US = 946_684_800_000_000;
