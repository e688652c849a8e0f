// Determines which values the scan must evaluate.
import { MAX_LIST_ELEMENTS } from "../../../../contract/catalog/attribute-value.ts";
import type { Step, ValueNode } from "../plan.ts";

/**
 * Whether the value can have a fault, or a text that must be reported, in a record of any length. The limits of length need no check in a
 * short record, unless a step makes its texts much longer.
 */
export const canFail = ({ sources, steps }: ValueNode): boolean =>
  sources.length > MAX_LIST_ELEMENTS / 2 ||
  steps.some(stepCanFail) ||
  sources.some((source) => typeof source !== "number" && canFail(source));

function stepCanFail(step: Step): boolean {
  switch (step.step) {
    case "number":
    case "date":
    case "yes_no":
    case "gtin":
      return true;
    case "like":
      return step.otherwise === "reject";
    case "map":
      return step.otherwise === "reject" || step.otherwise === "note" || step.otherwise === "hold";
    case "replace":
      return step.pairs.some(([from, to]) => to.length > from.length * 10);
    case "strip_html":
    case "trim":
    case "case":
    case "split":
    case "prefix":
    case "suffix":
      return false;
  }
}
