// Records that a finished import has used its profile.
import { Problem } from "../../contract/problems.ts";
import type { Queryable } from "../db/connection/connect.ts";
import { ignoresNewColumns } from "./choose-profile.ts";
import { compareColumns } from "./select/compare-columns.ts";
import { readProfiledImport, readUses, storeUse, type ProfiledImport } from "./use-store.ts";

/** Records that the import used its profile, with the columns of the file. Leaves out new columns that the import ignored. So these
 * columns count as new in the next file too, and the next import ignores them again or asks the user. */
export async function noteUse(db: Queryable, importId: number): Promise<void> {
  const found = await readProfiledImport(db, importId);
  if (found === undefined) return;
  const { key } = found.profile;
  const ignored = ignoresNewColumns(found.options, found.profile.definition)
    ? addedColumns(found, (await readUses(db, [key])).get(key)?.columns ?? null)
    : new Set<string>();
  const columns = found.columns.filter((name) => !ignored.has(name));
  if (columns.length > 0) await storeUse(db, key, { import_id: importId, columns });
}

function addedColumns({ profile, columns }: ProfiledImport, seenColumns: string[] | null): ReadonlySet<string> {
  try {
    return new Set(compareColumns(columns, { ...profile, seen_columns: seenColumns }).added);
  } catch (error) {
    // The comparison failed because the profile has too many patterns for the columns of this file and of the file before it. This must not
    // prevent the end of the import.
    if (error instanceof Problem) return new Set();
    throw error;
  }
}
