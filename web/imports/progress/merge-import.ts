// Merges two states of one import: the shortened state from lists and streams, and the complete state from the import's own
// endpoint.
import { isTerminal, type Import, type ListedImport } from "../../../contract/imports/imports.ts";

/** Returns the newer state. Some states lack long values, such as the columns: these are filled in from the other state. */
export function mergeImport(current: ListedImport | null, next: ListedImport): ListedImport {
  if (current === null) return next;
  const isNewer = next.version > current.version || (next.version === current.version && current.shortened);
  const [newer, other] = isNewer ? [next, current] : [current, next];
  if (!newer.shortened) return newer;
  const columns = newer.columns ?? (other.columns_count === newer.columns_count ? other.columns : null);
  const hasLists = other.dialect?.sheets !== undefined || other.dialect?.members !== undefined;
  const dialect = hasLists ? newer.dialect && other.dialect : newer.dialect;
  return { ...newer, columns, dialect };
}

/** True if the page needs values that the stream omits. */
export const lacksDetails = ({ shortened, columns, state }: ListedImport): boolean =>
  shortened && (columns === null || isTerminal(state));

/** Returns the import with an empty list of columns while its columns are still being loaded. */
export const withColumns = (of: ListedImport): Import => ({ ...of, columns: of.columns ?? [] });
