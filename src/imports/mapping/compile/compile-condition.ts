// Compiles the conditions for rows: which rows are ignored, and which rows delete their products.
import type { Condition } from "../../../../contract/mapping/mapping.ts";
import type { ConditionNode } from "../plan.ts";
import { columnsOf, comparable, compileValue, countSources, templateOf, type CompileContext } from "./compile-value.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

const MAX_DEPTH = 5;

/**
 * Compiles a condition for rows. A column that only conditions read does not count as used, so the mapping can still import it. A
 * condition on a column that the file lacks is never met.
 */
export function compileCondition(
  context: CompileContext,
  condition: Condition,
  statement: string,
  depth = 0,
): ConditionNode | null {
  if (depth > MAX_DEPTH)
    throw invalidMapping(
      statement,
      `conditions are nested more than ${MAX_DEPTH} times`,
      because("mapping-too-deep", { limit: MAX_DEPTH }),
    );
  const { blank, of, is, not, like, any } = condition;
  const compares = is !== undefined || not !== undefined || like !== undefined;
  if (compares !== (of !== undefined))
    throw invalidMapping(
      statement,
      'it needs "of", and one of "is", "not" and "like"',
      because("mapping-needs", { members: "of, is | not | like" }),
    );
  if (blank === undefined && of === undefined && any === undefined)
    throw invalidMapping(
      statement,
      'it needs "blank", "of" or "any"',
      because("mapping-needs", { members: "blank | of | any" }),
    );
  const unused: CompileContext = { ...context, used: new Set() };
  const columns = blank === undefined ? null : many(blank).flatMap((name) => columnsOf(unused, name));
  countSources(unused, columns?.length ?? 0, statement);
  const value = of === undefined ? null : compileValue(unused, of, { statement, trim: true });
  context.sources = unused.sources;
  if (columns?.length === 0 || (of !== undefined && value === null)) return null;
  const alternatives = any?.map((each, i) => compileCondition(context, each, `${statement}.any.${i}`, depth + 1));
  return {
    blank: columns,
    of: value,
    is: is === undefined ? null : many(is).map(comparable),
    not: not === undefined ? null : many(not).map(comparable),
    like: like === undefined ? null : templateOf(like.toLowerCase(), `${statement}.like`),
    any: alternatives?.filter((each) => each !== null) ?? null,
  };
}

const many = (texts: string | string[]): string[] => (typeof texts === "string" ? [texts] : texts);
