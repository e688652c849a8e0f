// Compiles the values of a mapping: finds their columns, and turns their members into steps.
import type { Condition, MappedValue, Value } from "../../../../contract/mapping/mapping.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import type { ConditionNode, Otherwise, Step, ValueNode } from "../plan.ts";
import { parseDateSample } from "../steps/date.ts";
import { parseNumberSample, PLAIN_NUMBER } from "../steps/number.ts";
import { parseTemplate, type Token } from "../steps/template.ts";
import { isPattern, type FileColumns } from "./file-columns.ts";
import { invalidMapping } from "./invalid.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** The state that all values of a mapping share during compilation. */
export interface CompileContext {
  file: FileColumns;
  /** The columns that values use. */
  used: Set<number>;
  /** Number of sources of the values that have been compiled so far. */
  sources: number;
  /** Number of entries of all value maps so far. */
  entries: { count: number };
  /** Compiles a condition of a value. */
  conditionOf: (context: CompileContext, condition: Condition, statement: string) => ConditionNode | null;
  /** Whether the mapping groups rows. */
  has_group: boolean;
  /** The names of the lookup tables. */
  tables: ReadonlySet<string>;
}

export interface ValueScope {
  /** The path of the statement in the mapping, as problems report it. */
  statement: string;
  /** Whether texts are trimmed by default. */
  trim: boolean;
  /** The text that replaces `{n}` in names of columns. */
  number?: string | undefined;
}

/**
 * Maximum number of sources of all values of a mapping. Without this limit, a mapping could have millions of sources, because each of its
 * patterns may match thousands of columns.
 */
const MAX_SOURCES = 20_000;

/**
 * Maximum number of entries of all value maps of a plan. A statement such as `format` can apply a map of 10,000 entries to each of 2,000
 * columns, and each column then has a copy of the map in memory.
 */
const MAX_ENTRIES = 200_000;

/** Returns the value; null if the file lacks its columns, so that the value would always be blank.
 * @throws Problem `mapping-invalid` */
export function compileValue(context: CompileContext, value: Value, scope: ValueScope): ValueNode | null {
  const members: MappedValue = typeof value === "string" || Array.isArray(value) ? { from: value } : value;
  if ([members.from, members.const, members.group].filter((origin) => origin !== undefined).length > 1)
    throw invalidMapping(
      scope.statement,
      'use only one of "from", "const" and "group"',
      because("mapping-either", { members: "from | const | group" }),
    );
  if ([members.from, members.const, members.group, members.default].every((origin) => origin === undefined))
    throw invalidMapping(
      scope.statement,
      'it needs "from", "const", "group" or "default"',
      because("mapping-needs", { members: "from | const | group | default" }),
    );
  if ((members.group !== undefined || members.over !== undefined) && !context.has_group)
    throw invalidMapping(
      scope.statement,
      'it reads the group of a row, so the mapping needs the statement "group"',
      because("mapping-needs", { members: "group" }),
    );
  if (members.join !== undefined && members.all === true)
    throw invalidMapping(
      scope.statement,
      'use either "join" or "all"',
      because("mapping-either", { members: "join | all" }),
    );
  const trim = members.trim ?? (scope.trim || members.join !== undefined);
  const { sources, lacks } = sourcesOf(context, members, { ...scope, trim });
  const needAll = members.need === "all";
  const lists = sources.filter((source) => typeof source === "number" && context.file.lists.has(source)) as number[];
  const isMissing = members.from !== undefined && (sources.length === 0 || (needAll && lacks));
  if (isMissing && members.default === undefined) return null;
  context.entries.count += Object.keys(members.map ?? {}).length;
  if (context.entries.count > MAX_ENTRIES)
    throw invalidMapping(
      scope.statement,
      `the value maps have more than ${MAX_ENTRIES.toLocaleString("en")} entries in total, counted once for each column`,
      because("mapping-too-large"),
    );
  return {
    sources: isMissing ? [] : sources,
    constant: members.const ?? null,
    use: members.join === undefined ? (members.all === true ? "all" : "first") : "join",
    separator: members.join ?? "",
    need_all: needAll,
    is_distinct: false,
    ...(lists.length === 0 ? {} : { lists }),
    trim,
    ...groupMembers(members),
    ...conditionsOf(context, members, scope.statement),
    steps: stepsOf(members, scope.statement, context.tables),
    list: members.list ?? null,
    fallback: members.default ?? null,
    column: sources.map((source) => (typeof source === "number" ? source : source.column)).find((c) => c >= 0) ?? -1,
  };
}

const groupMembers = ({ group, over, without }: MappedValue): Pick<ValueNode, "group" | "over_group" | "without"> => ({
  ...(group === undefined ? {} : { group }),
  ...(over === undefined ? {} : { over_group: true }),
  ...(without === undefined ? {} : { without: without.map(comparable) }),
});

function conditionsOf(context: CompileContext, members: MappedValue, statement: string): Pick<ValueNode, "condition"> {
  const conditions = (
    [
      ["if", true],
      ["unless", false],
    ] as const
  ).flatMap(([member, isMet]) => {
    const condition = members[member];
    if (condition === undefined) return [];
    return [{ test: context.conditionOf(context, condition, `${statement}.${member}`), is_met: isMet }];
  });
  return conditions.length === 0 ? {} : { condition: conditions };
}

/** Returns the column with this name or, if no column has this name, the columns whose names match it as a pattern. */
export function columnsOf(context: CompileContext, name: string, number?: string): number[] {
  const wanted = number === undefined ? name : name.replaceAll("{n}", number);
  const column = context.file.find(wanted);
  const found = column !== -1 ? [column] : isPattern(wanted) ? context.file.match(wanted).map((m) => m.column) : [];
  // A name with `{n}` is looked up once per number. Do not report a missing column for a single number, because the numbers may have
  // gaps.
  if (found.length === 0 && wanted === name) context.file.lack(name);
  context.file.note(found);
  return found;
}

function sourcesOf(
  context: CompileContext,
  { from }: MappedValue,
  scope: ValueScope,
): { sources: (number | ValueNode)[]; lacks: boolean } {
  let lacks = false;
  const sources = (from === undefined ? [] : typeof from === "string" ? [from] : from).flatMap(
    (source): (number | ValueNode)[] => {
      if (typeof source === "string") {
        const columns = columnsOf(context, source, scope.number);
        for (const column of columns) context.used.add(column);
        if (columns.length === 0) lacks = true;
        return columns;
      }
      const node = compileValue(context, source, scope);
      if (node === null) lacks = true;
      return node === null ? [] : [node];
    },
  );
  countSources(context, sources.length, scope.statement);
  return { sources, lacks };
}

/** Counts sources of a value or a condition. @throws Problem `mapping-invalid` if the mapping has too many */
export function countSources(context: CompileContext, count: number, statement: string): void {
  context.sources += count;
  if (context.sources > MAX_SOURCES)
    throw invalidMapping(
      statement,
      `the mapping reads more than ${MAX_SOURCES.toLocaleString("en")} columns`,
      because("mapping-too-large"),
    );
}

/** Returns the steps of the value, in the order in which they are applied. */
export function stepsOf(members: MappedValue, statement: string, tables: ReadonlySet<string> = new Set()): Step[] {
  const steps: Step[] = [];
  if (members.else === "hold" && members.map === undefined)
    throw invalidMapping(
      `${statement}.else`,
      '"hold" needs a value map ("map"), to which the user can add the missing value',
      because("mapping-hold"),
    );
  if (members.strip_html === true) steps.push({ step: "strip_html" });
  if (members.strip_html === true && members.trim === true) steps.push({ step: "trim" });
  if (members.replace !== undefined) steps.push({ step: "replace", pairs: members.replace });
  if (members.case !== undefined) steps.push({ step: "case", to: members.case });
  if (members.split !== undefined) steps.push({ step: "split", by: members.split });
  if (members.like !== undefined)
    steps.push({
      step: "like",
      text: members.like,
      template: templateOf(members.like, `${statement}.like`, true),
      // With "hold", `like` keeps a text that does not match. The value map is applied later, and holds the import if it does not contain
      // the text.
      otherwise: members.else === "hold" ? "keep" : (members.else ?? "reject"),
    });
  if (members.map !== undefined) steps.push(mapStep(members, statement));
  if (members.number !== undefined || members.scale !== undefined) {
    const format = members.number === undefined ? PLAIN_NUMBER : parseNumberSample(members.number);
    if (typeof format === "string") throw invalidMapping(`${statement}.number`, format, because("mapping-number"));
    steps.push({ step: "number", format, scale: members.scale ?? 0 });
  }
  if (members.date !== undefined) {
    const format = parseDateSample(members.date);
    if (typeof format === "string") throw invalidMapping(`${statement}.date`, format, because("mapping-date"));
    steps.push({ step: "date", format });
  }
  if (members.yes_no !== undefined) steps.push({ step: "yes_no", ...members.yes_no });
  if (members.prefix !== undefined) steps.push({ step: "prefix", text: members.prefix });
  if (members.suffix !== undefined) steps.push({ step: "suffix", text: members.suffix });
  if (members.lookup !== undefined) steps.push(lookupStep(members.lookup, members, statement, tables));
  return steps;
}

function mapStep({ map = {}, else: otherwise }: MappedValue, statement: string): Step {
  const entries = Object.entries(map).map(([from, to]): [string, string] => [comparable(from), to]);
  if (new Set(entries.map(([from]) => from)).size < entries.length)
    throw invalidMapping(
      `${statement}.map`,
      "two of its values differ only by case or blanks",
      because("mapping-equal-values"),
    );
  return { step: "map", entries, otherwise: (otherwise ?? "note") satisfies Otherwise, statement };
}

function lookupStep(
  table: string,
  { else: otherwise = "keep" }: MappedValue,
  statement: string,
  tables: ReadonlySet<string>,
): Step {
  if (!tables.has(table))
    throw invalidMapping(
      `${statement}.lookup`,
      `the mapping has no table "${table}"`,
      because("mapping-no-table", { table }),
    );
  return { step: "lookup", table, otherwise: otherwise === "hold" ? "keep" : otherwise };
}

/** The form in which values are compared. */
export const comparable = (text: string): string => trimWhiteSpace(text).toLowerCase();

/** Returns the tokens of a template.
 * @param needsValue whether the template needs a placeholder named `value` */
export function templateOf(text: string, statement: string, needsValue = false): Token[] {
  const tokens = parseTemplate(text);
  if (typeof tokens === "string") throw invalidMapping(statement, tokens, because("mapping-template"));
  if (needsValue && !tokens.some((token) => "hole" in token && token.hole === "value"))
    throw invalidMapping(
      statement,
      "the template needs the placeholder {value}",
      because("mapping-needs-placeholder", { placeholder: "{value}" }),
    );
  return tokens;
}
