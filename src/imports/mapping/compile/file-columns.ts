// Finds columns of a file by name or by pattern. Names are not case-sensitive, and blanks around them do not matter.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { attributeColumns } from "../../read/columns/match-columns.ts";
import { OBJECTS_SUFFIX } from "../../read/tree/objects.ts";
import { invalidMapping } from "./invalid.ts";
import type { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Finds columns by name, and records which columns the statements of the mapping name. */
export interface FileColumns {
  readonly names: readonly string[];
  /**
   * Returns the index of the column, or -1. If the name occurs twice, the first column wins. The other columns with this name, and columns
   * without a name, are found by the names that previews give them, such as `Colour (2)` and `Column 3`.
   */
  find(name: string): number;
  /** Returns the columns whose names match the pattern, sorted by the numbers that its `{n}` matches, then in file order. */
  match(pattern: string): PatternMatch[];
  /**
   * Counts the characters of the column names that are compared with the mapping's patterns and templates. @throws Problem
   * `mapping-invalid` if the total is too large
   */
  compare(characters: number, pattern: string): void;
  /** Notes that a statement of the mapping names these columns. */
  note(columns: Iterable<number>): void;
  /** Notes that the file lacks a column that a statement of the mapping names. */
  lack(name: string): void;
  /** The columns whose cells may be lists, because their names end with `[]`. A mapping may name them without this ending. */
  readonly lists: ReadonlySet<number>;
  readonly named: ReadonlySet<number>;
  readonly missing: ReadonlySet<string>;
}

export interface PatternMatch {
  column: number;
  /** The text that `{n}` matches; empty if the pattern does not contain `{n}`. */
  number: string;
}

/** Maximum number of characters of a column name that a pattern can match. The limit bounds the time that matching takes. */
export const MAX_MATCHED_NAME = 1000;

/** A column name may contain several numbers. `{n}` is compared with at most this number of them. */
const MAX_NUMBERS = 20;
/** Maximum number of patterns whose matches are remembered, because each pattern may match thousands of columns. */
const MAX_REMEMBERED = 500;
/**
 * Maximum number of characters of names that patterns are compared with. 500 patterns and 2,000 columns with names of 40 characters are far
 * below this limit. Without the limit, 500 patterns could keep a processor busy for minutes.
 */
const MAX_COMPARED = 1_000_000_000;

/** The form in which names are compared. */
export const comparableName = (name: string): string => name.trim().normalize("NFC").toLowerCase();

/** Returns the name of a list column without the ending `[]`. */
const withoutSuffix = (name: string): string => name.slice(0, -LIST_SUFFIX.length).trimEnd();

export const isPattern = (name: string): boolean => name.includes("*") || name.includes("{n}");

/** The number of characters that patterns may still be compared with. Several `FileColumns` can share a budget. */
export interface PatternBudget {
  left: number;
}

export const createPatternBudget = (): PatternBudget => ({ left: MAX_COMPARED });

const listColumns = (names: readonly string[]): Set<number> =>
  new Set(names.flatMap((name, i) => (name.length > LIST_SUFFIX.length && name.endsWith(LIST_SUFFIX) ? [i] : [])));

/** Returns the indexes of the columns by name: `exact` by the name as written, `indexes` by every name in comparable form. */
function indexNames(
  header: readonly string[],
  comparable: readonly string[],
  lists: ReadonlySet<number>,
): { exact: Map<string, number>; indexes: Map<string, number> } {
  const exact = new Map<string, number>();
  const indexes = new Map<string, number>();
  const add = (names: Map<string, number>, name: string, index: number): void => {
    if (!names.has(name)) names.set(name, index);
  };
  comparable.forEach((name, index) => {
    add(exact, (header[index] as string).trim(), index);
    add(indexes, name, index);
  });
  for (const index of lists) add(indexes, withoutSuffix(comparable[index] as string), index);
  attributeColumns(header).forEach(({ name }, index) => {
    add(indexes, comparableName(name), index);
  });
  return { exact, indexes };
}

export function createFileColumns(header: readonly string[], budget = createPatternBudget()): FileColumns {
  const comparable = header.map(comparableName);
  const lists = listColumns(comparable);
  const { exact, indexes } = indexNames(header, comparable, lists);
  const characters = comparable.reduce((sum, name) => sum + name.length, 0);
  const known = new Map<string, PatternMatch[]>();
  const compare = (count: number, pattern: string): void => {
    budget.left -= count;
    if (budget.left < 0) throw tooManyPatterns(pattern);
  };
  const named = new Set<number>();
  const missing = new Set<string>();
  return {
    names: header,
    lists,
    named,
    missing,
    find: (name) => exact.get(name.trim()) ?? indexes.get(comparableName(name)) ?? -1,
    compare,
    match(pattern) {
      const wanted = comparableName(pattern);
      const column = indexes.get(wanted);
      // A column name may contain an asterisk, such as `Name *`. A column with exactly this name takes precedence over the matches of the
      // pattern.
      if (!wanted.includes("{n}") && column !== undefined) return [{ column, number: "" }];
      if (!isPattern(wanted)) return [];
      let matches = known.get(wanted);
      if (matches === undefined) {
        compare(characters * (wanted.includes("{n}") && wanted.includes("*") ? MAX_NUMBERS : 1), pattern);
        matches = matchPattern(comparable, wanted);
        if (known.size < MAX_REMEMBERED) known.set(wanted, matches);
      }
      return matches;
    },
    note(columns) {
      for (const column of columns) named.add(column);
    },
    lack(name) {
      missing.add(name);
    },
  };
}

const tooManyPatterns = (pattern: string): Problem =>
  invalidMapping(
    pattern,
    "the mapping has too many patterns for the long column names of this file",
    because("mapping-too-large"),
  );

function matchPattern(names: readonly string[], pattern: string): PatternMatch[] {
  const numberOf = compilePattern(pattern);
  const found = names.flatMap((name, column) => {
    if (name.endsWith(OBJECTS_SUFFIX)) return [];
    const number = numberOf(name) ?? (name.endsWith(LIST_SUFFIX) ? numberOf(withoutSuffix(name)) : undefined);
    return number === undefined ? [] : [{ column, number }];
  });
  return found.sort((a, b) => compareNumbers(a.number, b.number) || a.column - b.column);
}

/** Compares numbers of any length without converting them. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  return left.length - right.length || (left < right ? -1 : Number(left > right));
}

/**
 * Returns a function that matches a name with the pattern, which consists of literals, `*` and at most one `{n}`. The function returns the
 * text that `{n}` matches, or undefined if the name does not match. Longer names than MAX_MATCHED_NAME do not match.
 */
function compilePattern(pattern: string): (name: string) => string | undefined {
  const at = pattern.indexOf("{n}");
  if (at === -1) {
    const glob = globOf(pattern);
    return (name) => (name.length <= MAX_MATCHED_NAME && matchesGlob(name, glob) ? "" : undefined);
  }
  const before = globOf(pattern.slice(0, at));
  const after = globOf(pattern.slice(at + 3));
  return (name) => (name.length <= MAX_MATCHED_NAME ? numberBetween(name, before, after) : undefined);
}

function numberBetween(name: string, before: Glob, after: Glob): string | undefined {
  let numbers = 0;
  for (const { index, 0: digits } of name.matchAll(/\d+/g)) {
    if (++numbers > MAX_NUMBERS) break;
    if (matchesGlob(name.slice(0, index), before) && matchesGlob(name.slice(index + digits.length), after))
      return digits;
  }
  return undefined;
}

/** A pattern of literals and `*`. `start` is the literal before the first `*`, `middle` contains the literals between two of them, and
 * `end` is the literal after the last one. `end` is undefined if the pattern contains no `*`. */
interface Glob {
  start: string;
  middle: readonly string[];
  end: string | undefined;
}

function globOf(pattern: string): Glob {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  return { start, middle: parts.filter((part) => part !== ""), end };
}

/** Whether the name matches the glob. Each `*` matches as few characters as possible. This always finds a match if there is one. */
function matchesGlob(name: string, { start, middle, end: last }: Glob): boolean {
  if (last === undefined) return name === start;
  if (!name.startsWith(start) || !name.endsWith(last) || name.length < start.length + last.length) return false;
  const end = name.length - last.length;
  let from = start.length;
  for (const part of middle) {
    const found = name.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
