// Determines the order in which files that were chosen together are imported. It is the order of the tables of a zip file: files with names of
// products come first, because files without names, such as stock lists, can only change products that exist.
import type { Preview } from "../../../contract/imports/imports.ts";
import { requestPreview } from "../../server/preview/request-preview.ts";
import type { optionsOf } from "../options/import-form.ts";

/** Maximum number of files whose previews decide the order. If the user chose more files, they are imported in the order of their names. */
const MAX_READ = 20;
const collator = new Intl.Collator("en", { numeric: true });

export async function inImportOrder(files: File[], options: ReturnType<typeof optionsOf>): Promise<File[]> {
  if (files.length < 2) return files;
  const sorted = files.toSorted((a, b) => collator.compare(a.name, b.name));
  if (files.length > MAX_READ) return sorted;
  const previews = await Promise.all(sorted.map((file) => requestPreview(file, options).catch(() => null)));
  const isNamed = new Map(sorted.map((file, i) => [file, hasNames(previews[i] ?? null)]));
  return sorted.toSorted((a, b) => Number(isNamed.get(b)) - Number(isNamed.get(a)));
}

/** Whether the file has names of products. A file without a preview counts as one that has names. */
function hasNames(preview: Preview | null): boolean {
  const mapping = preview?.mapping;
  if (mapping === undefined || mapping === null) return true;
  return [mapping, ...Object.values(mapping.kinds?.when ?? {})].some(({ name }) => name !== undefined);
}
