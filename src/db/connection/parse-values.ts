// Converts PostgreSQL's values to JavaScript's: bigint to number, timestamps to ISO 8601 in UTC with microseconds.
import pg from "pg";

// Type ids from the table pg_type. The npm package pg has constants for scalar types, but not for arrays.
const INT8 = 20;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

type Parser = (text: string) => unknown;
// The type declarations of pg-types omit the parsers of arrays.
const findParser = pg.types.getTypeParser as (oid: number, format?: string) => Parser;
const parseTextArray = findParser(TEXT_ARRAY) as (text: string) => (string | null)[];

const PARSERS = new Map<number, Parser>([
  [INT8, parseInt8],
  [TIMESTAMPTZ, parseTimestamp],
  [INT8_ARRAY, (text) => parseArray(text, parseInt8)],
  [TIMESTAMPTZ_ARRAY, (text) => parseArray(text, parseTimestamp)],
]);

// These parsers are set per connection, because pg.types.setTypeParser would also change pg-boss and every other user of the module.
export const getTypeParser = ((oid: number, format?: string) =>
  (format === "binary" ? undefined : PARSERS.get(oid)) ?? findParser(oid, format)) as typeof pg.types.getTypeParser;

function parseArray(text: string, parse: (item: string) => unknown): unknown[] {
  return parseTextArray(text).map((item) => (item === null ? null : parse(item)));
}

/** bigint to number: our ids and counts are far below 2^53. A larger value is an error and is never rounded. */
function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`bigint ${text} does not fit a JavaScript number; cast it to text`);
  return number;
}

/** timestamptz to ISO 8601 in UTC, with PostgreSQL's microseconds, whatever the session's time zone. */
export function parseTimestamp(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(:\d\d)?(:\d\d)?$/.exec(text);
  if (match === null) return text; // infinity, BC
  const [, date = "", time = "", fraction = "", hours = "", minutes = ":00"] = match;
  if (hours === "+00" && minutes === ":00") return `${date}T${time}${fraction}Z`;
  const moment = new Date(`${date}T${time}${hours}${minutes}`);
  return Number.isNaN(moment.getTime()) ? text : moment.toISOString().replace(/\.\d+Z$/, `${fraction}Z`);
}
