// Lines of the converted table for records that cannot become rows: a line of JSON Lines or an element of a JSON array that is not an
// object, and a record that is too long. Such a line begins with a malformed quoted field, which no other line of the table contains, so that the splitter marks the record.
import type { Records } from "../records.ts";

/** Maximum number of characters of the broken record that are copied to its line in the converted table. */
const MAX_RAW = 10_000;

const QUOTE = 0x22;

/** The third character of the line of a broken record. */
const MARKS: Readonly<Record<BrokenRecord["kind"], string>> = { line: "!", element: "#", long: "?" };
const KINDS = Object.entries(MARKS) as [BrokenRecord["kind"], string][];
/** Number of characters before the JSON text in the line of a broken record. */
const MARK_LENGTH = 3;

// Indices into RECORD_FAULTS.
const TEXT_AFTER_QUOTE = 1;
const RECORD_TOO_LONG = 3;
const NOT_JSON = 7;

export interface BrokenRecord {
  /** `line`: the line of JSON Lines is not an object. `element`: the element of a JSON array of objects is not an object. `long`: the
   * record is too long. */
  kind: "line" | "element" | "long";
  /** The fault of the line. */
  reason: string;
  /** The beginning of the record in the file. */
  raw: string;
}

/** Returns the line of the table, without its line end. */
export const brokenLine = ({ kind, reason, raw }: BrokenRecord): string =>
  `""${MARKS[kind]}${JSON.stringify([reason, raw.slice(0, MAX_RAW)])}`;

/** Sets the fault of each broken record in a window of a converted table: the record is too long, or is not a JSON object. */
export function markBroken({ bytes, count, start, fault }: Records): void {
  for (let r = 0; r < count; r++) {
    if (fault[r] !== TEXT_AFTER_QUOTE) continue;
    const at = start[r] as number;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== QUOTE) continue;
    fault[r] = bytes[at + 2] === MARKS.long.charCodeAt(0) ? RECORD_TOO_LONG : NOT_JSON;
  }
}

/** Parses a line that `brokenLine` has written. Returns undefined for any other line. */
export function readBroken(line: string): BrokenRecord | undefined {
  const found = KINDS.find(([, mark]) => line.startsWith(`""${mark}`));
  if (found === undefined) return undefined;
  try {
    const [reason = "", raw = ""] = JSON.parse(line.slice(MARK_LENGTH)) as [string?, string?];
    return { kind: found[0], reason, raw };
  } catch {
    return undefined;
  }
}
