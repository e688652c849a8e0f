// Cells of columns with lists. In a column whose name ends with `[]`, a cell may be a list as JSON, which readers of the page cannot be
// expected to read.
import { LIST_SUFFIX } from "../../../contract/catalog/attribute-value.ts";

export const isListColumn = (name: string): boolean => name.endsWith(LIST_SUFFIX);

/** The elements of the list with commas between them; any other cell unmodified. A list may be truncated. */
export function listCellText(column: string, cell: string): string {
  if (!isListColumn(column) || !cell.startsWith("[")) return cell;
  const whole = parseList(cell);
  if (whole !== undefined) return whole.join(", ");
  // A truncated list ends within an element.
  const complete = parseList(`${cell.slice(0, Math.max(0, cell.lastIndexOf('",')))}"]`);
  return complete === undefined ? cell : `${complete.join(", ")}, …`;
}

function parseList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((element) => typeof element === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}
