// Adds the unmodified records of an XML or JSON file to the descriptions of rejected and ignored rows.
import type { Dialect, IgnoredRow } from "../../../contract/imports/imports.ts";
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { isPacked } from "../read/detect/detect-format.ts";
import { readSources, unpackedPath } from "../read/tree/source/source-text.ts";
import type { StoredReject } from "./make-reject.ts";

/** Maximum number of characters of a record in a description. A longer record is cut, because a cell of a spreadsheet holds at most
 * 32,767. */
const MAX_SOURCE = 30_000;
/** A record is never cut to fewer characters than this, however many records there are. */
const MIN_SOURCE = 1000;
/** Maximum number of characters of all records that are in memory at the same time, if each has more than MIN_SOURCE. */
const MAX_TOTAL = 32 << 20;

interface Work {
  file: string;
  scan_token: number;
}

/** Returns the rows of an XML or JSON file with the records from which they come. Rows of other formats stay unmodified. */
export async function withTreeSources<Row extends StoredReject | IgnoredRow>(
  rows: readonly Row[],
  context: Pick<ImportContext, "store">,
  work: Work,
  { tree, format, encoding }: Pick<Dialect, "tree" | "format" | "encoding">,
): Promise<readonly Row[]> {
  if (tree === undefined || rows.length === 0) return rows;
  const table = preparedPath(context, work);
  const path = isPacked(format) ? unpackedPath(table) : uploadedPath(context, work.file);
  const limit = Math.max(MIN_SOURCE, Math.min(MAX_SOURCE, Math.floor(MAX_TOTAL / rows.length)));
  const sources = await readSources(
    { path, encoding, table_path: table },
    rows.map(({ row }) => row),
    limit,
    (each) => context.store.open(each),
  );
  return rows.map((row, i) => {
    const source = sources[i];
    return source === undefined ? row : { ...row, source: source.replaceAll("\0", "\u2400") };
  });
}
