// Finds the last filled cell of a record with too many fields. The splitter stores only the first fields of such a record.
import { fieldText } from "../field-text.ts";
import { createRecords, type Records } from "../records.ts";
import { MAX_FIELDS, splitRecords } from "../split-records.ts";
import { createSplitter, type Splitter } from "../splitter.ts";

/** Maximum number of fields that are searched. Spreadsheets have at most 16,384 columns. Each further MAX_FIELDS fields would cost another
 * pass over the record, and a record can have a million fields. */
const MAX_SEARCHED = 10 * MAX_FIELDS;

/** Returns the column number (from 1) and the text of the record's last filled field. Splits the record again, up to MAX_FIELDS fields at a
 * time, because `records` contains only the first MAX_FIELDS fields. Returns null if the record has more than MAX_SEARCHED fields. */
export function lastCell(
  records: Records,
  record: number,
  { dialect }: Splitter,
): { column: number; text: string } | null {
  const end = records.end[record] as number;
  const part = createRecords();
  let from = records.start[record] as number;
  let column = 0;
  let found: { column: number; text: string } | null = null;
  while (from < end) {
    const bytes = records.bytes.subarray(from, end);
    splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: bytes.length, at_end: true }, part);
    if (part.count === 0) break;
    const fields = part.first_field[1] as number;
    for (let field = 0; field < fields; field++) {
      const text = fieldText(part, field, dialect).trim();
      if (text !== "") found = { column: column + field + 1, text };
    }
    column += fields;
    if (fields < MAX_FIELDS) break;
    if (column >= MAX_SEARCHED) return null;
    const quoted = bytes[part.field_end[fields - 1] as number] === dialect.quote.charCodeAt(0) ? 1 : 0;
    from += (part.field_end[fields - 1] as number) + quoted + Buffer.byteLength(dialect.delimiter);
  }
  return found;
}
