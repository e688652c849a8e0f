// One import as lists and streams show it, without its long values, and as the server shows it alone.
import { isTerminal, type Import, type ListedImport } from "../../../contract/imports/imports.ts";

/** The newer state, with the long values that only the other one has. */
export function mergeImport(known: ListedImport | null, next: ListedImport): ListedImport {
  if (known === null) return next;
  const isNewer = next.version > known.version || (next.version === known.version && known.shortened);
  const [newer, other] = isNewer ? [next, known] : [known, next];
  if (!newer.shortened) return newer;
  const columns = newer.columns ?? (other.columns_count === newer.columns_count ? other.columns : null);
  const dialect = other.dialect?.sheets === undefined ? newer.dialect : newer.dialect && other.dialect;
  return { ...newer, columns, dialect };
}

/** Whether the server has values that the page needs and the stream leaves out. */
export const lacksDetails = ({ shortened, columns, state }: ListedImport): boolean =>
  shortened && (columns === null || isTerminal(state));

/** For the components of an import's page: columns that are still being loaded are none. */
export const withColumns = (of: ListedImport): Import => ({ ...of, columns: of.columns ?? [] });
