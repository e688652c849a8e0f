// Reads fields of list columns as bytes. The scan has checked the fields: a field that begins with `[` or `"` is valid JSON.

const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const QUOTE = 0x22;
const BLANK = 0x20;

/** Whether the field is JSON. Any other field is a text. */
export const isJson = (field: Buffer): boolean => field[0] === OPEN_ARRAY || field[0] === QUOTE;

/** Whether the JSON of the field is an empty list or an empty text. */
export function isBlankJson(field: Buffer, length: number): boolean {
  let at = 1;
  if (field[0] === OPEN_ARRAY) {
    while (at < length && (field[at] as number) <= BLANK) at++;
    return field[at] === CLOSE_ARRAY;
  }
  return field[at] === QUOTE;
}
