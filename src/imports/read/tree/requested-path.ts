// Paths that a mapping names: `PRICE/AMOUNT`, `@id`, `../../title`, `images/*/src` and `DESCRIPTION[@lang='deu']`.
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { TreeNode } from "./nodes.ts";

type Step =
  | { kind: "self" | "parent" | "any" }
  | { kind: "attribute"; name: string }
  | { kind: "child"; name: string; test: { attribute: string; value: string } | undefined };

export type RequestedPath = readonly Step[];

/** Maximum number of steps of a path. */
const MAX_STEPS = 64;
/** Maximum number of nodes that a path finds in a record. */
export const MAX_FOUND = 100_000;

const TEST = /^([^[\]]+)\[@([^[\]=]+)=(?:'([^']*)'|"([^"]*)")\]$/;

/** @throws Problem mapping-invalid if the text is not a path */
export function parsePath(text: string): RequestedPath {
  const steps = splitSteps(text).map((step): Step => {
    if (step === ".") return { kind: "self" };
    if (step === "..") return { kind: "parent" };
    if (step === "*") return { kind: "any" };
    if (step.startsWith("@")) return { kind: "attribute", name: step.slice(1) };
    const [, name, attribute, single, double] = TEST.exec(step) ?? [];
    if (name === undefined || attribute === undefined) return { kind: "child", name: step, test: undefined };
    return { kind: "child", name, test: { attribute, value: single ?? double ?? "" } };
  });
  if (steps.length > MAX_STEPS)
    throw new Problem("mapping-invalid", `The path "${text.slice(0, 100)} …" has more than ${MAX_STEPS} steps.`, {
      extra: because("mapping-path", { limit: MAX_STEPS }),
    });
  return steps;
}

/** Parses paths that are separated by `|`, such as `master|variants/*`.
 * @throws Problem mapping-invalid if one of them is not a path */
export const parsePaths = (text: string): RequestedPath[] => splitOutsideTests(text, "|").map(parsePath);

const splitSteps = (text: string): string[] => splitOutsideTests(text.trim(), "/");

/** Whether one of the paths leads to an element within the elements of another path, as `variants/*` and `.` do. */
export function areNested(paths: readonly RequestedPath[]): boolean {
  const texts = paths.map((path) =>
    path.filter(({ kind }) => kind !== "self").map((step) => `${JSON.stringify(step)}/`),
  );
  return texts.some((outer, i) =>
    texts.some((inner, j) => i !== j && inner.length > outer.length && inner.join("").startsWith(outer.join(""))),
  );
}

/** Splits a text at a character, except in the value of a test, as in `a[@href='/b']`. */
function splitOutsideTests(text: string, separator: "/" | "|"): string[] {
  const parts: string[] = [];
  let part = "";
  let inTest = false;
  for (const character of text) {
    if (character === "[") inTest = true;
    if (character === "]") inTest = false;
    if (character !== separator || inTest) {
      part += character;
      continue;
    }
    parts.push(part);
    part = "";
  }
  return [...parts, part];
}

/** Whether the path contains `.`, `..`, `*` or a test such as `[@lang='deu']`. Such a path becomes a
 * column only if the mapping requests it; the only exception is the path `.`, the text of the record itself. */
export const isSpecial = (path: RequestedPath): boolean =>
  path.some((step) => step.kind !== "attribute" && (step.kind !== "child" || step.test !== undefined));

/** Returns the nodes that the path leads to, in the order of the file. */
export function findNodes(from: TreeNode, path: RequestedPath): TreeNode[] {
  let found: TreeNode[] = [from];
  for (const step of path) {
    const next = new Set<TreeNode>();
    for (const node of found) {
      addStep(node, step, next);
      if (next.size > MAX_FOUND) break;
    }
    found = [...next];
    if (found.length === 0) break;
  }
  return found;
}

/** Returns a function that finds the nodes of a record that become rows. Without `each`, the record itself becomes a row. Otherwise, the
 * nodes to which the paths in `each` lead become rows, in the order of the paths. If a path leads to an array, each element of the array
 * becomes a row. */
export function rowFinder(each: string | undefined): (record: TreeNode) => TreeNode[] {
  if (each === undefined) return (record) => [record];
  const paths = parsePaths(each);
  return (record) => [...new Set(paths.flatMap((path) => findNodes(record, path).flatMap(elementsOf)))];
}

const elementsOf = (node: TreeNode): TreeNode[] => (node.is_array ? (node.children ?? []).flatMap(elementsOf) : [node]);

function addStep(node: TreeNode, step: Step, found: Set<TreeNode>): void {
  switch (step.kind) {
    case "self":
      found.add(node);
      return;
    case "parent":
      if (node.parent !== undefined) found.add(node.parent);
      return;
    case "any":
      for (const child of node.children ?? []) found.add(child);
      return;
    case "attribute":
      for (const attribute of node.attributes ?? []) if (attribute.path.name === `@${step.name}`) found.add(attribute);
      return;
    case "child":
      // A name applies to each element of an array, so that `images/src` finds the same values as `images/*/src`.
      if (node.is_array) for (const element of node.children ?? []) addStep(element, step, found);
      else
        for (const child of node.children ?? [])
          if (child.path.name === step.name && meetsTest(child, step.test)) found.add(child);
  }
}

const meetsTest = ({ attributes = [] }: TreeNode, test: { attribute: string; value: string } | undefined): boolean =>
  test === undefined || attributes.some(({ path, text }) => path.name === `@${test.attribute}` && text === test.value);

/** Adds the texts of the node: its own text, or the texts of the elements of an array. */
export function addTexts(node: TreeNode, texts: string[]): void {
  if (node.is_array) for (const child of node.children ?? []) addTexts(child, texts);
  else if (node.children === undefined || node.text !== "") texts.push(node.text);
}
