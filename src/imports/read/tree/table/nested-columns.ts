// The columns of paths if rows can contain other rows, such as a product that contains its variants. Names of columns are relative to the
// element of the row. The same path therefore has another name, and another column, in the rows of another element.
import type { Path } from "../nodes.ts";
import { areNested, parsePaths } from "../requested-path.ts";

export class NestedColumns {
  readonly #byRoot = new Map<Path, Map<Path, number>>();
  readonly #decide: (path: Path) => number;

  /** @param decide returns the column of a path in the rows of the current root. It is called once for each path of a root. */
  constructor(decide: (path: Path) => number) {
    this.#decide = decide;
  }

  columnOf(root: Path, path: Path): number {
    const columns = this.#byRoot.get(root) ?? new Map<Path, number>();
    const column = columns.get(path) ?? this.#decide(path);
    this.#byRoot.set(root, columns.set(path, column));
    return column;
  }
}

/** Whether a mapping with these paths in `file.each` makes rows that can contain other rows. */
export const hasNestedRows = (each: string | undefined): boolean => each !== undefined && areNested(parsePaths(each));
