// Evaluates pairs: attributes whose names come from the data.
import type { PairNode } from "../plan.ts";
import { compileTemplate, matchTemplate, type Template } from "../steps/match-template.ts";
import { nestedOf, type ReadPair } from "../tree/nested-pairs.ts";
import type { Token } from "../steps/template.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import { splitQuoted, unquoted } from "./quoted-parts.ts";
import { ERASED, readerOf, type ValueContext } from "./value.ts";

export function pairOf(node: PairNode, context: ValueContext): ReadPair {
  switch (node.kind) {
    case "each":
      return seriesOf(node, context);
    case "in":
      return cellOf(node, context);
    case "nested":
      return nestedOf(node, seriesOf({ ...node, kind: "each" }, context));
  }
}

const comparable = (text: string): string => trimWhiteSpace(text).toLowerCase();

function seriesOf(node: PairNode & { kind: "each" }, context: ValueContext): ReadPair {
  const readName = readerOf(node.name, context);
  const readValue = readerOf(node.value, context, [{ step: "compare", texts: node.without }]);
  const readUnit = node.unit === null ? undefined : readerOf(node.unit, context);
  const without = new Set(node.without);
  return (row, add) => {
    const name = readName(row);
    if (typeof name !== "string") return;
    const value = readValue(row);
    if (value === null || value === ERASED) return;
    if (typeof value === "string" && without.has(comparable(value))) return;
    const column = node.name.column;
    add(row, name, value, node.list, column);
    const unit = readUnit?.(row);
    if (typeof unit === "string") add(row, `${trimWhiteSpace(name)}-unit`, unit, false, column);
  };
}

/**
 * Maximum number of parts of a cell that are joined into one pair, because the joined text is compared with the template after each part.
 */
const MAX_JOINED_PARTS = 50;

function cellOf(node: PairNode & { kind: "in" }, context: ValueContext): ReadPair {
  const { column, split } = node;
  const without = new Set(node.without);
  const template = node.like === null ? undefined : compileTemplate(node.like.template);
  const readPart = template === undefined ? undefined : partReader(template);
  const sign = node.like === null ? node.pair : signBefore(node.like.template, "value");
  const expected = node.like === null ? `pairs like name${node.pair}value` : `pairs like ${node.like.text}`;
  return (row, add) => {
    if (row.isBlank(column)) return;
    const text = row.text(column);
    if (context.markers.has(text.trim())) return;
    const parts = split === "" ? [text] : splitQuoted(text, split, sign);
    const pairs = readPart === undefined ? signedPairs(parts, node) : readPart(parts, split);
    if (pairs === undefined) {
      row.reject("does_not_fit", column, text, expected);
      return;
    }
    for (const [name, value] of pairs) {
      if (row.fault !== undefined) return;
      const trimmed = trimWhiteSpace(value);
      if (trimmed !== "" && !without.has(trimmed.toLowerCase())) add(row, name, trimmed, node.list, column);
    }
  };
}

/** Returns the text of the template directly before a placeholder; empty if there is none. */
function signBefore(tokens: readonly Token[], hole: string): string {
  const before = tokens[tokens.findIndex((token) => "hole" in token && token.hole === hole) - 1];
  return before !== undefined && "literal" in before ? before.literal : "";
}

/** Splits each part of a cell at the sign between name and value, such as `=`. A part without the sign continues the value of the part
 * before it, so that a value may contain the separator of the parts. Quotes around a pair, a name or a value are removed. */
function signedPairs(
  parts: readonly string[],
  { pair, split }: PairNode & { kind: "in" },
): [string, string][] | undefined {
  const pairs: [string, string][] = [];
  for (const quoted of parts) {
    const whole = unquoted(quoted);
    const part = whole.includes(pair) ? whole : quoted;
    const at = part.indexOf(pair);
    const last = pairs.at(-1);
    if (at > 0) pairs.push([unquoted(part.slice(0, at)), unquoted(part.slice(at + pair.length))]);
    else if (at === -1 && last !== undefined) last[1] += split + part;
    else if (trimWhiteSpace(part) !== "") return undefined;
  }
  return pairs;
}

/** Returns a function that matches the parts of a cell with a template. If a part does not match, the function joins it with the
 * following parts until the joined text matches, so that a value may contain the separator of the parts. */
function partReader(template: Template): (parts: readonly string[], split: string) => [string, string][] | undefined {
  return (parts, split) => {
    const pairs: [string, string][] = [];
    let open = "";
    let joined = 0;
    for (const part of parts) {
      open = joined === 0 ? part : open + split + part;
      joined++;
      const text = trimWhiteSpace(joined === 1 ? unquoted(open) : open);
      const holes = text === "" ? undefined : matchTemplate(template, text);
      if (holes !== undefined) pairs.push([unquoted(holes.get("name") ?? ""), unquoted(holes.get("value") ?? "")]);
      if (holes !== undefined || text === "") joined = 0;
      else if (joined > MAX_JOINED_PARTS) return undefined;
    }
    return joined === 0 ? pairs : undefined;
  };
}
