// Determines which values the scan must evaluate.
import { MAX_LIST_ELEMENTS } from "../../../../contract/catalog/attribute-value.ts";
import { MAX_TEXT_BYTES } from "../../../../contract/catalog/product-limits.ts";
import type { Step, ValueNode } from "../plan.ts";
import { boundOf, sizeOf } from "../value-size.ts";

/** In a record of up to this length, values cannot exceed their size limits, except those for which `canExceedLimits` returns true. */
export const SHORT_RECORD_BYTES = 1800;

/** Whether the scan must evaluate the value even in a short record: because the value can have a fault, or a text that the scan reports. */
export const canFail = (node: ValueNode): boolean => stepsCanFail(node) || canExceedLimits(node);

const stepsCanFail = ({ sources, steps, lists }: ValueNode): boolean =>
  lists !== undefined ||
  steps.some(stepCanFail) ||
  sources.some((source) => typeof source !== "number" && stepsCanFail(source));

function canExceedLimits(node: ValueNode): boolean {
  const { bytes, elements } = sizeOf(node);
  return (
    boundOf(elements, SHORT_RECORD_BYTES) > MAX_LIST_ELEMENTS ||
    // JSON writes a control character with six bytes.
    boundOf(bytes, SHORT_RECORD_BYTES) * 6 > MAX_TEXT_BYTES
  );
}

function stepCanFail(step: Step): boolean {
  switch (step.step) {
    case "number":
    case "date":
    case "yes_no":
    case "gtin":
      return true;
    case "like":
    case "lookup":
      return step.otherwise === "reject";
    case "map":
      return step.otherwise === "reject" || step.otherwise === "note" || step.otherwise === "hold";
    case "replace":
    case "strip_html":
    case "trim":
    case "case":
    case "split":
    case "prefix":
    case "suffix":
      return false;
  }
}
