// Bounds the work for one record. Each condition and template reads the whole cell. Without a bound, thousands of conditions on a cell of a
// million characters would keep a worker busy for seconds per record.
import type { Token } from "../steps/template.ts";
import type { ConditionNode, MappingPlan, PairNode, Step, ValueNode } from "../plan.ts";
import type { Row } from "./row.ts";

/** Maximum number of bytes that conditions and steps read in one record. A byte that is read twice counts twice. Reading this number of
 * bytes takes at most about half a second. The limit allows 200 conditions on a cell of a million bytes, or 5,000 conditions on a cell
 * of 40,000 bytes. */
const MAX_WORK = 200_000_000;

/** If a template has a placeholder for only digits, letters or numbers, each part of the template costs as much as reading the text this
 * number of times. Matching any other template costs as much as reading the text once. */
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
  /** How many times the mapping reads each column of a record. */
  readonly #costs: readonly (readonly [column: number, cost: number])[];
  readonly #highest: number;

  constructor(plan: WorkPlan) {
    const costs = costsOf(plan);
    this.#costs = [...costs];
    this.#highest = Math.max(0, ...costs.values());
  }

  /** Returns the column that needs the most work, or undefined if the record needs at most MAX_WORK bytes. */
  excessOf(row: Row): TooMuchWork | undefined {
    if (row.byteLength() * this.#highest <= MAX_WORK) return undefined;
    let total = 0;
    let most = 0;
    let column = -1;
    let cost = 1;
    for (const [each, times] of this.#costs) {
      const work = row.cellBytes(each) * times;
      total += work;
      if (work <= most) continue;
      most = work;
      column = each;
      cost = times;
    }
    if (total <= MAX_WORK) return undefined;
    return { column, max_bytes: Math.max(0, Math.floor((MAX_WORK - (total - most)) / cost)) };
  }
}

type WorkPlan = Pick<MappingPlan, "fields" | "attributes" | "pairs" | "ignore">;

function costsOf({ fields, attributes, pairs, ignore }: WorkPlan): Map<number, number> {
  const costs = new Map<number, number>();
  const add = (column: number, cost: number): void => void costs.set(column, (costs.get(column) ?? 0) + cost);
  const addValue = ({ sources, steps, condition }: ValueNode, outer: number): void => {
    for (const { test } of condition ?? []) if (test !== null) addCondition(test);
    const cost = steps.reduce((sum, step) => sum + costOfStep(step), outer);
    for (const source of sources) {
      if (typeof source === "number") add(source, cost);
      else addValue(source, cost);
    }
  };
  const addCondition = ({ of, like, any }: ConditionNode): void => {
    if (of !== null) addValue(of, 1 + (like === null ? 0 : costOfTemplate(like)));
    for (const each of any ?? []) addCondition(each);
  };
  for (const condition of ignore) addCondition(condition);
  for (const { value } of [...fields, ...attributes]) addValue(value, 0);
  for (const pair of pairs) {
    if (pair.kind === "in") add(pair.column, pair.like === null ? 1 : PAIR_COST * costOfTemplate(pair.like.template));
    else if (pair.kind === "nested") add(pair.column, costOfNested(pair));
    else for (const value of [pair.name, pair.value, pair.unit]) if (value !== null) addValue(value, 1);
  }
  return costs;
}

/** The objects of a cell are parsed once, and each value reads at most the whole object. */
const costOfNested = ({ name, value, unit }: PairNode & { kind: "nested" }): number =>
  [name, value, ...(unit === null ? [] : [unit])].reduce((total, part) => total + costOfValue(part), 2);

const costOfValue = ({ sources, steps }: ValueNode): number =>
  steps.reduce((total, step) => total + costOfStep(step), 1) +
  sources.reduce<number>((total, source) => total + (typeof source === "number" ? 1 : costOfValue(source)), 0);

function costOfStep(step: Step): number {
  switch (step.step) {
    case "like":
      return costOfTemplate(step.template);
    case "replace":
      return step.pairs.length;
    case "prefix":
    case "suffix":
      return 0;
    case "strip_html":
    case "trim":
    case "case":
    case "split":
    case "map":
    case "number":
    case "date":
    case "yes_no":
    case "gtin":
    case "lookup":
      return 1;
  }
}

const costOfTemplate = (template: readonly Token[]): number =>
  template.some((token) => "hole" in token && token.kind !== "any") ? template.length * KIND_COST : 1;
