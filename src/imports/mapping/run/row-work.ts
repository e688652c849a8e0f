// Bounds the work for one record. Each condition and template reads the whole cell, or the whole result of a `replace` step.
// Without a bound, thousands of conditions on a cell of a million characters would keep a worker busy for seconds per record.
import { because } from "../../../../contract/problem-reasons.ts";
import { MAX_TEXT_BYTES } from "../../../../contract/catalog/product-limits.ts";
import type { Problem } from "../../../../contract/problems.ts";
import { invalidMapping } from "../compile/invalid.ts";
import type { Token } from "../steps/template.ts";
import type { ConditionNode, MappingPlan, PairNode, Step, ValueNode } from "../plan.ts";
import type { Row } from "./row.ts";

/** Maximum number of bytes that conditions and steps read in one record. A byte that is read twice counts twice. Reading this number of
 * bytes takes at most about half a second. The limit allows 200 conditions on a cell of a million bytes, or 5,000 conditions on a cell
 * of 40,000 bytes. */
const MAX_WORK = 200_000_000;
/** Maximum number of bytes of constant texts that conditions and steps read for each record. Constant texts come from the mapping, not from
 * the record: constants, prefixes and separators, for example. They are read again for every record, so they must not take more time than
 * ordinary cells. */
const MAX_CONSTANT_WORK = 2_000_000;
/** Maximum length of a text after a `replace` step. A `replace` step rejects the row if its result would be longer (steps.ts). */
const MAX_GROWN = MAX_TEXT_BYTES;

/** Cost of a template with a placeholder that matches only digits, letters or numbers: each part of the template costs as much as reading
 * the text this number of times. Matching any other template costs as much as reading the text once. */
const KIND_COST = 4;
/** How many times a cell that contains pairs may be compared with the template: once after each of the 50 parts that can be joined into
 * one pair (pairs.ts). */
const PAIR_COST = 50;

/** A column whose cell needs too much work, and the maximum number of bytes of such a cell. */
export interface TooMuchWork {
  column: number;
  max_bytes: number;
}

export class RowWork {
  readonly #columns: readonly (readonly [column: number, reads: readonly Read[]])[];
  /** Upper bound of the work for each byte of a record. */
  readonly #highest: number;

  constructor(plan: WorkPlan) {
    const { columns } = readsOf(plan);
    this.#columns = [...columns].map(([column, reads]) => [
      column,
      [...reads].map(([factor, cost]) => ({ factor, cost })),
    ]);
    this.#highest = Math.max(0, ...this.#columns.map(([, reads]) => sumOf(reads, ({ factor, cost }) => factor * cost)));
  }

  /** Returns the column that needs the most work, or undefined if the record needs at most MAX_WORK bytes. */
  excessOf(row: Row): TooMuchWork | undefined {
    if (row.byteLength() * this.#highest <= MAX_WORK) return undefined;
    let total = 0;
    let most = 0;
    let worst: readonly [number, readonly Read[]] = [-1, []];
    for (const each of this.#columns) {
      const work = workOf(each[1], row.cellBytes(each[0]));
      total += work;
      if (work <= most) continue;
      most = work;
      worst = each;
    }
    if (total <= MAX_WORK) return undefined;
    return { column: worst[0], max_bytes: longestCell(worst[1], MAX_WORK - (total - most)) };
  }
}

/** Rejects the row if reading its cells needs too much work. Returns whether the row was rejected. */
export function rejectsExcess(work: RowWork, row: Row): boolean {
  const excess = work.excessOf(row);
  if (excess === undefined) return false;
  const limit = `at most ${excess.max_bytes.toLocaleString("en")} bytes in this column, because many of its conditions and templates read the column`;
  row.reject("value_too_long", excess.column, row.text(excess.column), limit);
  return true;
}

export type WorkPlan = Pick<MappingPlan, "fields" | "attributes" | "pairs" | "ignore" | "delete_when">;

/** How often, and at which length, steps and conditions read the text of one column. Earlier steps may have made the text longer than
 * the cell. */
interface Read {
  /** Maximum ratio of the length of the text that is read to the length of the cell. */
  factor: number;
  /** How many times the text is read. */
  cost: number;
}

const sumOf = (reads: readonly Read[], of: (read: Read) => number): number =>
  reads.reduce((sum, read) => sum + of(read), 0);

const workOf = (reads: readonly Read[], bytes: number): number =>
  sumOf(reads, ({ factor, cost }) => cost * (factor === 1 ? bytes : Math.min(bytes * factor, MAX_GROWN)));

/** Returns the largest number of bytes of a cell that needs at most this work. */
function longestCell(reads: readonly Read[], work: number): number {
  let low = 0;
  let high = Math.max(0, Math.floor(work));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (workOf(reads, middle) <= work) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Reads {
  /** The reads of each column. The inner map contains the `cost` of each `factor` (see `Read`). */
  columns: Map<number, Map<number, number>>;
  /** Number of bytes of the mapping's constant texts that conditions and steps read for each record. */
  constants: number;
}

/** Returns a problem if conditions and steps would read more than MAX_CONSTANT_WORK bytes of constant texts for each record. */
export function excessiveConstants(plan: WorkPlan): Problem | undefined {
  if (readsOf(plan).constants <= MAX_CONSTANT_WORK) return undefined;
  return invalidMapping(
    "replace",
    `its constant texts grow to more than ${MAX_CONSTANT_WORK.toLocaleString("en")} bytes in each row, because texts are replaced by longer ones`,
    because("mapping-too-much-text"),
  );
}

function readsOf({ fields, attributes, pairs, ignore, delete_when }: WorkPlan): Reads {
  const reads: Reads = { columns: new Map(), constants: 0 };
  const add = (column: number, factor: number, cost: number): void => {
    const columnReads = reads.columns.get(column) ?? new Map<number, number>();
    reads.columns.set(column, columnReads.set(factor, (columnReads.get(factor) ?? 0) + cost));
  };
  /** Adds to `reads` how often the columns and constant texts of a value are read.
   * @param later the steps and conditions that read the value after its own steps, in order */
  const addValue = (node: ValueNode, later: readonly Reading[]): void => {
    for (const { test } of node.condition ?? []) if (test !== null) addCondition(test);
    const readings = [...node.steps.flatMap(readingsOf), ...later];
    for (const { factor, constant, cost } of readsAfter(readings, constantOf(node))) {
      for (const source of node.sources) if (typeof source === "number") add(source, factor, cost);
      reads.constants += cost * constant;
    }
    for (const source of node.sources) if (typeof source !== "number") addValue(source, readings);
  };
  const addCondition = ({ of, like, any }: ConditionNode): void => {
    if (of !== null) addValue(of, [{ cost: 1 + (like === null ? 0 : costOfTemplate(like)), growth: 1, adds: 0 }]);
    for (const each of any ?? []) addCondition(each);
  };
  for (const condition of ignore) addCondition(condition);
  if (delete_when !== undefined) addCondition(delete_when);
  for (const { value } of [...fields, ...attributes]) addValue(value, []);
  for (const pair of pairs) {
    if (pair.kind === "in")
      add(pair.column, 1, pair.like === null ? 1 : PAIR_COST * costOfTemplate(pair.like.template));
    else if (pair.kind === "nested") add(pair.column, 1, costOfNested(pair));
    else
      for (const value of [pair.name, pair.value, pair.unit])
        if (value !== null) addValue(value, [{ cost: 1, growth: 1, adds: 0 }]);
  }
  return reads;
}

/** The objects of a cell are parsed once, and each value reads at most the whole object. */
const costOfNested = ({ name, value, unit }: PairNode & { kind: "nested" }): number =>
  [name, value, ...(unit === null ? [] : [unit])].reduce((total, part) => total + costOfValue(part), 2);

const costOfValue = ({ sources, steps }: ValueNode): number =>
  steps.flatMap(readingsOf).reduce((total, { cost }) => total + cost, 1) +
  sources.reduce<number>((total, source) => total + (typeof source === "number" ? 1 : costOfValue(source)), 0);

/** A step or condition that reads a text. */
interface Reading {
  cost: number;
  /** Maximum ratio of the text's length after the step to its length before the step. */
  growth: number;
  /** Length of the constant text that the step adds, or with which the step replaces the text. */
  adds: number;
}

function readingsOf(step: Step): Reading[] {
  switch (step.step) {
    case "replace":
      return step.pairs.map(([from, to]) => ({ cost: 1, growth: Math.max(1, to.length / from.length), adds: 0 }));
    case "map":
      return [{ cost: 1, growth: 1, adds: step.entries.reduce((most, [, to]) => Math.max(most, to.length), 0) }];
    case "prefix":
    case "suffix":
      return [{ cost: 0, growth: 1, adds: step.text.length }];
    case "like":
      return [{ cost: costOfTemplate(step.template), growth: 1, adds: 0 }];
    case "strip_html":
    case "trim":
    case "case":
    case "split":
    case "number":
    case "date":
    case "yes_no":
    case "gtin":
    case "lookup":
      return [{ cost: 1, growth: 1, adds: 0 }];
  }
}

/** Returns the number of characters of a value's constant texts. */
const constantOf = ({ sources, constant, fallback, separator }: ValueNode): number =>
  (sources.length === 0 ? (constant ?? "").length : separator.length * (sources.length - 1)) + (fallback ?? "").length;

/** Yields the steps and conditions that read the text, with the length of the text: at most `factor` times the length of the cell, plus
 * `constant`. To limit the number of different factors, each growth is rounded up to a power of two. */
function* readsAfter(readings: readonly Reading[], length: number): Generator<Read & { constant: number }> {
  let factor = 1;
  let constant = length;
  for (const { cost, growth, adds } of readings) {
    if (cost > 0) yield { factor, cost, constant };
    factor = Math.min(factor * 2 ** Math.ceil(Math.log2(growth)), MAX_GROWN);
    constant = Math.min(constant * growth + adds, MAX_GROWN);
  }
}

const costOfTemplate = (template: readonly Token[]): number =>
  template.some((token) => "hole" in token && token.kind !== "any") ? template.length * KIND_COST : 1;
