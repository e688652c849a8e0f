// Asks what identifies the products if most rows have the SKU of another row, but differ from it in columns such as colour and size. Only
// the last of these rows would become a product.
import type { Column } from "../../../../contract/imports/imports.ts";
import type { Candidate } from "../../../../contract/imports/question.ts";
import { effectiveMapping, namesOf } from "../../options/column-mapping.ts";
import { joinedKey, type JoinedKey } from "../../read/columns/key/joined-keys.ts";
import type { KeyFigures } from "../../read/columns/key/judge-key.ts";
import { judgeKey } from "../../read/columns/key/key-values.ts";
import type { Table } from "../../read/read-records.ts";

const MIN_ROWS = 20;
/** If more than this share of the rows repeats a SKU, the import would store fewer than half of the rows. */
const MAX_REPEATED = 0.5;

type KeyedTable = Pick<Table, "header" | "rows"> & { columns: readonly Column[] };

/** @param figures counts for the SKU column in the whole file, if they are known
 * @returns undefined if few SKUs are repeated, if the user has chosen this SKU column before, or if no columns distinguish the rows. The
 * first candidate is the SKU column */
export function doubtOfVariants(
  { columns, header, rows }: KeyedTable,
  figures?: KeyFigures,
): { detail: string; candidates: Candidate[] } | undefined {
  const position = columns.findIndex(({ target }) => target === "sku");
  const column = columns[position];
  if (column === undefined || column.remembered === true || rows.length < MIN_ROWS) return undefined;
  const { candidate } = judgeKey(column, position, rows);
  const share = figures === undefined ? 1 - candidate.distinct : repeatedShare(figures);
  if (1 - candidate.distinct <= MAX_REPEATED || share <= MAX_REPEATED) return undefined;
  const filled = rows.filter((cells) => (cells[position] ?? "").trim() !== "");
  const key = joinedKey(columns, filled);
  if (key === undefined) return undefined;
  const percent = `${Math.round(share * 100).toString()} %`;
  const reason = `repeats its values in ${percent} of the rows`;
  return {
    detail: `the column ${candidate.value} ${reason}`,
    candidates: [{ ...candidate, reason } as Candidate, candidateOf({ columns, header, rows }, key)],
  };
}

const repeatedShare = ({ rows, blanks, repeated }: KeyFigures): number => repeated / Math.max(1, rows - blanks);

/** Maximum number of sample keys. */
const SAMPLES = 3;

/** Returns the candidate whose mapping joins the columns. The columns stay attributes of the products. */
function candidateOf(table: KeyedTable, { positions, separator }: JoinedKey): Candidate {
  const names = namesOf(table);
  const from = positions.map((position) => names[position] as string);
  const keyOf = (cells: readonly string[]): string =>
    positions
      .map((position) => (cells[position] ?? "").trim())
      .filter((cell) => cell !== "")
      .join(separator);
  return {
    value: from.join(" + "),
    samples: [...new Set(table.rows.map(keyOf))].slice(0, SAMPLES),
    mapping: { ...effectiveMapping(table), key: { from, join: separator }, also: from },
  };
}
