// Limits the number of records in a chunk by the memory that a loader needs for them.
import { MAX_CHUNK_RECORDS } from "../../chunk-store.ts";
import type { Layout } from "../../layout.ts";

/** Maximum number of fields in a chunk. A loader needs nine bytes for each field. Only files with more than 128 columns reach
 * this limit. */
const MAX_CHUNK_FIELDS = 1 << 21;
/** Maximum number of bytes of attribute names in a chunk, because each row repeats the names in its JSON. Without this limit, 2,000 long
 * names turned a file of 6 MB into 2 GB. Only files with more than 1,024 bytes of attribute names reach this limit. */
const MAX_CHUNK_NAME_BYTES = 16 << 20;
/** Returns the maximum number of records in a chunk. It is lower for wide tables, because it bounds a loader's memory. */
export function maxChunkRecords({ width, attributes, added_bytes }: Layout): number {
  const nameBytes = attributes.reduce(
    (sum, { name }) => sum + Buffer.byteLength(JSON.stringify(name)) + 4,
    1 + added_bytes,
  );
  return Math.max(
    1,
    Math.floor(Math.min(MAX_CHUNK_RECORDS, MAX_CHUNK_FIELDS / width, MAX_CHUNK_NAME_BYTES / nameBytes)),
  );
}
