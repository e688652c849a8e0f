// Finds the row, the column and the action of the element that the user pressed in the grid.

interface Target {
  row: number | null;
  /** Index among the visible columns. */
  column: number | null;
  act: string | null;
}

export function targetOf(event: MouseEvent, columns: readonly string[]): Target {
  const element = event.target as HTMLElement;
  const row = element.closest<HTMLElement>("[data-index]")?.dataset["index"];
  const name = element.closest<HTMLElement>("[data-column]")?.dataset["column"];
  const column = name === undefined ? -1 : columns.indexOf(name);
  return {
    row: row === undefined ? null : Number(row),
    column: column === -1 ? null : column,
    act: element.closest<HTMLElement>("[data-act]")?.dataset["act"] ?? null,
  };
}
