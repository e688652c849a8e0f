// Turns the user's answer to the question of a held import into the options with which the import continues.
import type { continue_options, Import } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import type { z } from "zod";

export type Answer = z.input<typeof continue_options>;

/** The page has translated texts for questions about these options. For all other questions, the page shows the server's text, which names
 * the columns or values that the question is about. */
const EXPLAINED_OPTIONS = ["key", "name", "encoding", "review"] as const;
type ExplainedOption = (typeof EXPLAINED_OPTIONS)[number];

export const isExplained = (option: string): option is ExplainedOption =>
  (EXPLAINED_OPTIONS as readonly string[]).includes(option);

/** The answers to a question about the columns of a profile. */
const COLUMN_ANSWERS = ["attribute", "ignore", "keep"] as const;
type ColumnAnswer = (typeof COLUMN_ANSWERS)[number];

/** Whether `value` is an answer to a question about the columns of a profile. The answers to other questions are names of columns or
 * encodings. */
export const isColumnAnswer = (option: string, value: string): value is ColumnAnswer =>
  option.startsWith("on_") && (COLUMN_ANSWERS as readonly string[]).includes(value);

/** Whether the user answers the question by adding entries to a value map. All other questions are answered by choosing a candidate. */
export const asksForValues = (option: string): boolean => option === "mapping";

/** The answer for the candidate that the user has chosen. It sets the option to the candidate's value. If the candidate has a mapping, the
 * answer is this mapping instead. */
export const choose = (option: string, value: string, mapping?: Mapping): Answer =>
  mapping === undefined ? { [option]: value } : { mapping };

/** The answer that adds entries to the value map at `statement`, such as `attributes.colour`. An entry with an empty replacement keeps
 * the value unchanged.
 * @returns undefined if the mapping has no such value map */
export function addValues(
  { options }: Pick<Import, "options">,
  statement: string,
  entries: ReadonlyMap<string, string>,
): Answer | undefined {
  if (options.mapping === undefined) return undefined;
  const mapping = structuredClone(options.mapping);
  const value = find(mapping, statement);
  if (!hasMap(value)) return undefined;
  for (const [text, replacement] of entries) value.map[text] = replacement === "" ? text : replacement;
  return { mapping: mapping satisfies Mapping };
}

/** Finds the member at a path of names joined by dots. Names may contain dots themselves. */
function find(value: unknown, path: string): unknown {
  if (path === "") return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (path !== name && !path.startsWith(`${name}.`)) continue;
    const found = find(member, path.slice(name.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

const hasMap = (value: unknown): value is { map: Record<string, string> } =>
  typeof value === "object" && value !== null && "map" in value && typeof value.map === "object" && value.map !== null;
