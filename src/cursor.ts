// Encodes and decodes the cursors of all lists: the name of the list and the sort key of a row, as JSON in Base64url.
import { Problem } from "../contract/problems.ts";

export type CursorValue = string | number | null;

export const encodeCursor = (list: string, key: readonly CursorValue[]): string =>
  Buffer.from(JSON.stringify([list, ...key])).toString("base64url");

/** Returns the sort key that `encodeCursor` was given.
 * @throws Problem invalid-request if the string is not a cursor of `list` */
export function decodeCursor(list: string, cursor: string): CursorValue[] {
  const [name, ...key] = parseArray(cursor);
  if (name !== list || !key.every(isCursorValue)) throw badCursor();
  return key;
}

export function badCursor(): Problem {
  const detail = "This cursor does not belong to this list and sort order. Omit it to start from the first page.";
  return new Problem("invalid-request", `/querystring/cursor: ${detail}`, {
    extra: { errors: [{ pointer: "/querystring/cursor", detail }] },
  });
}

/** Returns the sort key in the cursor of a list that is ordered by one integer. Returns undefined if there is no cursor.
 * @throws Problem invalid-request if the string is not a cursor of `list` */
export function decodeIntegerCursor(
  list: string,
  cursor: string | undefined,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (cursor === undefined) return undefined;
  const [key, ...more] = decodeCursor(list, cursor);
  if (!Number.isSafeInteger(key) || more.length > 0) throw badCursor();
  const number = key as number;
  if (number < 0 || number > max) throw badCursor();
  return number;
}

/** Returns the sort key in the cursor of a list that is ordered by one text. Returns an empty text if there is no cursor.
 * @throws Problem invalid-request if the string is not a cursor of `list` */
export function decodeTextCursor(list: string, cursor: string | undefined): string {
  if (cursor === undefined) return "";
  const [key, ...more] = decodeCursor(list, cursor);
  if (typeof key !== "string" || more.length > 0) throw badCursor();
  return key;
}

/** Makes a page of `limit` rows from the rows that were read. An extra row shows that another page follows. */
export function toPage<Row>(
  list: string,
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => readonly CursorValue[],
): { items: Row[]; next_cursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit), next_cursor: last === undefined ? null : encodeCursor(list, keyOf(last)) };
}

function parseArray(cursor: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

/** Whether the value can be part of a sort key. PostgreSQL's text cannot contain NUL. */
const isCursorValue = (value: unknown): value is CursorValue =>
  value === null || typeof value === "number" || (typeof value === "string" && !value.includes("\0"));
