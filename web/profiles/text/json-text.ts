// Parses the text of a profile and finds the lines of its members.
import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { TextFault } from "../save-profile.ts";

export interface LineFault {
  /** Number of the line, from 1. */
  line: number;
  /** Offset of the faulty member in the text. */
  offset: number;
  /** Path of the member, such as `attributes › price`; empty for the whole text. */
  path: string;
  detail: string;
}

export type ParsedText =
  | { value: Record<string, unknown>; syntax: null }
  /** `syntax` is the name of the first syntax error, as jsonc-parser names it, or `NotAnObject`. */
  | { value: null; syntax: { name: string; line: number; offset: number } };

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

export function parseText(text: string): ParsedText {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  const [first] = errors;
  if (first !== undefined) return faulty(text, printParseErrorCode(first.error), first.offset);
  if (root?.type !== "object") return faulty(text, "NotAnObject", 0);
  try {
    return { value: JSON.parse(text) as Record<string, unknown>, syntax: null };
  } catch {
    // JSON.parse refuses a few texts that the tolerant parser accepts, such as an unescaped control character.
    return faulty(text, "InvalidCharacter", 0);
  }
}

const faulty = (text: string, name: string, offset: number): ParsedText => ({
  value: null,
  syntax: { name, offset, line: lineAt(text, offset) },
});

/** Finds the line of each fault. If the text lacks the faulty member, returns the line of the member that should contain it. */
export function locateFaults(text: string, faults: readonly TextFault[]): LineFault[] {
  const root = parseTree(text, [], STRICT);
  return faults.map(({ pointer, detail }) => {
    const path = pathOf(pointer);
    const offset = root === undefined ? 0 : nearestNode(root, path).offset;
    return { line: lineAt(text, offset), offset, path: path.join(" › "), detail };
  });
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

function nearestNode(root: Node, path: readonly string[]): Node {
  let node = root;
  for (const part of path) {
    const next = findNodeAtLocation(node, [node.type === "array" ? Number(part) : part]);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
