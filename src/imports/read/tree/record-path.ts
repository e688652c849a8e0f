// Compares paths of records, such as `channel/item`, `*/ARTICLE` and `data/*/products/*`, with places in a file.
import { ANY } from "./nodes.ts";

export const fits = (step: string | undefined, name: string | undefined): boolean => step === name || step === ANY;

/** Whether the first `depth` names end with the names of the path. The first name belongs to the outermost element. An empty path leads
 * to the root only. */
export function endsWithPath(names: readonly string[], depth: number, path: readonly string[]): boolean {
  const from = depth - path.length;
  if (from < 0 || (path.length === 0 && depth > 0)) return false;
  for (let i = path.length - 1; i >= 0; i--) if (!fits(path[i], names[from + i])) return false;
  return true;
}
