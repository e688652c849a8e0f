// Computes upper bounds for the sizes of values. The bounds limit the memory for the rows of a chunk, and show which values the scan must
// evaluate.
import type { Step, ValueNode } from "./plan.ts";

/** An upper bound: `fixed`, plus the size of each column's cell in bytes times the factor of the column in `columns`. */
export interface Bound {
  fixed: number;
  columns: ReadonlyMap<number, number>;
}

export interface ValueSize {
  bytes: Bound;
  /** Number of texts in the value; more than one if it is a list. */
  elements: Bound;
}

/** Maximum ratio of a value's size to its cell's size. A higher ratio is not needed, because a value has at most a million bytes. */
const MAX_FACTOR = 1_000_000;

const NOTHING: Bound = { fixed: 0, columns: new Map() };
const ONE: Bound = { fixed: 1, columns: new Map() };

export function sizeOf(node: ValueNode): ValueSize {
  const { steps, fallback } = node;
  let { bytes, elements } = sizeOfSources(node);
  for (const step of steps) ({ bytes, elements } = sizeAfter(step, bytes, elements));
  // In JSON, each element of a list has two quotes and a comma. Add only two of these three bytes, because the size already includes one
  // byte for the separator in the cell.
  return { bytes: sum([bytes, times(elements, 2), { fixed: textBytes(fallback), columns: new Map() }]), elements };
}

/** A text in a JSON array has at least three bytes: two quotes and a comma. */
const elementsOfList = (column: number): Bound => ({ fixed: 1, columns: new Map([[column, 1 / 3]]) });

function sizeOfSources({ sources, constant, use, separator, lists }: ValueNode): ValueSize {
  if (sources.length === 0) return { bytes: { ...NOTHING, fixed: textBytes(constant) }, elements: ONE };
  const sizes = sources.map((source) =>
    typeof source === "number"
      ? {
          bytes: { fixed: 0, columns: new Map([[source, 1]]) },
          elements: lists?.includes(source) === true ? elementsOfList(source) : ONE,
        }
      : sizeOf(source),
  );
  const bytes = sizes.map((size) => size.bytes);
  const elements = sizes.map((size) => size.elements);
  switch (use) {
    case "first":
      return { bytes: largest(bytes), elements: largest(elements) };
    case "join":
      return { bytes: sum([...bytes, times(sum(elements), textBytes(separator))]), elements: ONE };
    case "all":
      return { bytes: sum(bytes), elements: sum(elements) };
  }
}

function sizeAfter(step: Step, bytes: Bound, elements: Bound): ValueSize {
  switch (step.step) {
    case "split":
      // An element takes at least two bytes of a cell: a character and a separator.
      return { bytes, elements: sum([elements, times(bytes, 0.5)]) };
    case "case":
      return { bytes: times(bytes, 3), elements };
    case "replace":
      return {
        bytes: step.pairs.reduce(
          (grown, [from, to]) => times(grown, Math.max(1, textBytes(to) / Math.max(1, textBytes(from)))),
          bytes,
        ),
        elements,
      };
    case "prefix":
    case "suffix":
      return { bytes: sum([bytes, times(elements, textBytes(step.text))]), elements };
    case "map": {
      const longest = step.entries.reduce((most, [, to]) => Math.max(most, textBytes(to)), 0);
      return { bytes: sum([bytes, times(elements, longest)]), elements };
    }
    case "number":
      return { bytes: sum([bytes, times(elements, Math.abs(step.scale) + 1)]), elements };
    case "date":
    case "gtin":
    case "yes_no":
      return { bytes: sum([bytes, times(elements, CONVERTED_BYTES)]), elements };
    case "strip_html":
    case "trim":
    case "like":
    case "lookup":
      return { bytes, elements };
  }
}

/** Maximum number of bytes of a value after its conversion to a date, a GTIN, or yes or no. */
const CONVERTED_BYTES = 20;

const textBytes = (text: string | null): number => (text === null ? 0 : Buffer.byteLength(text));

const times = ({ fixed, columns }: Bound, factor: number): Bound => ({
  fixed: fixed * factor,
  columns: new Map([...columns].map(([column, count]) => [column, Math.min(count * factor, MAX_FACTOR)])),
});

export function sum(bounds: readonly Bound[]): Bound {
  return merged(bounds, (a, b) => a + b);
}

const largest = (bounds: readonly Bound[]): Bound => merged(bounds, Math.max);

function merged(bounds: readonly Bound[], merge: (a: number, b: number) => number): Bound {
  const columns = new Map<number, number>();
  let fixed = 0;
  for (const bound of bounds) {
    fixed = merge(fixed, bound.fixed);
    for (const [column, count] of bound.columns) columns.set(column, merge(columns.get(column) ?? 0, count));
  }
  return { fixed, columns };
}

/** The bound for a record with this number of bytes. */
export const boundOf = ({ fixed, columns }: Bound, recordBytes: number): number =>
  fixed + recordBytes * Math.max(0, ...columns.values());
