// Conditions for rows that are not products or that delete their products, as the form shows them: one column, a relation and a text.
import type { Condition } from "../../../../contract/mapping/mapping.ts";
import { withMember, type Draft } from "./draft.ts";

export const RELATIONS = ["blank", "is", "begins", "contains"] as const;
export type Relation = (typeof RELATIONS)[number];

export interface RowRule {
  column: string;
  relation: Relation;
  /** Empty if the relation is `blank`. */
  text: string;
}

/** @returns undefined if the form cannot show the condition */
export function ruleOf({ blank, of, is, not, like, any }: Condition): RowRule | undefined {
  if (any !== undefined || not !== undefined) return undefined;
  if (typeof blank === "string" && of === undefined) return { column: blank, relation: "blank", text: "" };
  if (blank !== undefined || typeof of !== "string") return undefined;
  if (typeof is === "string" && like === undefined) return { column: of, relation: "is", text: is };
  if (is !== undefined || like === undefined) return undefined;
  const [, contained] = /^\{\*\}([^{}]+)\{\*\}$/.exec(like) ?? [];
  if (contained !== undefined) return { column: of, relation: "contains", text: contained };
  const [, begun] = /^([^{}]+)\{\*\}$/.exec(like) ?? [];
  return begun === undefined ? undefined : { column: of, relation: "begins", text: begun };
}

/** Converts a rule of the form to a condition. "Begins with" and "contains" become templates, where braces have a special meaning. For a
 * text with braces, the condition therefore compares the whole cell with the text. */
export function conditionOf({ column, relation, text }: RowRule): Condition {
  const isPlain = !/[{}]/.test(text);
  switch (relation) {
    case "blank":
      return { blank: column };
    case "begins":
      return isPlain ? { of: column, like: `${text}{*}` } : { of: column, is: text };
    case "contains":
      return isPlain ? { of: column, like: `{*}${text}{*}` } : { of: column, is: text };
    case "is":
      return { of: column, is: text };
  }
}

/** What happens to the rows that meet a rule. `ignore`: they are not products; `delete`: they delete their products. */
export const EFFECTS = ["ignore", "delete"] as const;
export type Effect = (typeof EFFECTS)[number];

/** The conditions of the rows with this effect. A row needs to meet only one of them. */
export function conditionsOf({ ignore = [], delete_when }: Draft, effect: Effect): Condition[] {
  if (effect === "ignore") return ignore;
  if (delete_when === undefined) return [];
  const { any, ...others } = delete_when;
  return any !== undefined && Object.keys(others).length === 0 ? any : [delete_when];
}

function withConditions(draft: Draft, effect: Effect, conditions: Condition[]): Draft {
  if (effect === "ignore") return withMember(draft, "ignore", conditions);
  const [only] = conditions;
  return withMember(draft, "delete_when", conditions.length > 1 ? { any: conditions } : only);
}

export const addRule = (draft: Draft, rule: RowRule, effect: Effect = "ignore"): Draft =>
  withConditions(draft, effect, [...conditionsOf(draft, effect), conditionOf(rule)]);

export const removeRule = (draft: Draft, at: number, effect: Effect = "ignore"): Draft =>
  withConditions(
    draft,
    effect,
    conditionsOf(draft, effect).filter((_, i) => i !== at),
  );
