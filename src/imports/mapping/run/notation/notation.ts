// Writes the numbers, dates and booleans of a workbook's cells as texts that the mapping can read. A statement that reads numbers or dates
// has a sample, such as `1.234,56` or `31.12.2026`: the cells are written in its format. A cell that is compared with a text (in a value
// map, a condition or a word for yes or no) is spelled like this text. A workbook then gives the same values as a text file with the same
// table, even if a step joins, replaces or splits texts before the number is read. If the steps would misread a text in the sample's
// format, they use the value from the workbook instead.
import type { ConditionNode, MappingPlan, Step, ValueNode } from "../../plan.ts";
import { convertDate, type DateFormat } from "../../steps/date.ts";
import type { NumberFormat } from "../../steps/number.ts";
import type { Row } from "../row.ts";
import { spellingOf, type ComparedText, type Evidence } from "./spellings.ts";

/** Returns the text of a cell in the format of the sample, so that the steps can read it. If the steps would misread it, also sets
 * `row.known` to the value, which the steps then use instead of the text. */
export type Notation = (text: string, row: Pick<Row, "known">) => string;

/** An operation on the text of a cell: a step, or a comparison with fixed texts. The texts come from a condition or from the member
 * `without` of a value or a pair. */
export type Reading = Step | { step: "compare"; texts: readonly string[] };

/** Returns the steps and comparisons that are applied to the texts of a value's sources, in their order.
 * @param later the steps and comparisons that are then applied to the result of the value */
export const readingsOf = ({ steps, without }: ValueNode, later: readonly Reading[]): Reading[] => [
  ...(without === undefined ? [] : [{ step: "compare", texts: without } as const]),
  ...steps,
  ...later,
];

/** Returns how to write a cell of a workbook before the given steps and comparisons are applied to it; undefined if they neither read
 * numbers or dates nor compare texts. */
export function notationFor(readings: readonly Reading[]): Notation | undefined {
  const index = readings.findIndex(({ step }) => step === "number" || step === "date");
  const before = index === -1 ? readings : readings.slice(0, index);
  const sample = sampleOf(readings[index], before);
  const texts = before.flatMap((reading) => comparedTexts(reading) ?? []);
  if (texts.length === 0) return sample?.notation;
  const spelling = spellingOf(texts, sample?.evidence);
  return (text, row) => {
    const written = sample === undefined ? text : sample.notation(text, row);
    return spelling(text, written) ?? written;
  };
}

function sampleOf(
  reader: Reading | undefined,
  before: readonly Reading[],
): { notation: Notation; evidence: Evidence } | undefined {
  if (reader?.step === "date") return { notation: dateNotation(reader.format), evidence: { date: reader.format } };
  if (reader?.step !== "number") return undefined;
  const { decimal, group } = reader.format;
  const shown = decimal !== "" ? decimal : group === "." ? "," : group === "," ? "." : undefined;
  return { notation: numberNotation(reader.format, before), evidence: { decimal: shown } };
}

/** Returns the texts with which a step or condition compares the whole text of a cell. The result is a list of groups, as `spellingOf`
 * takes it, with all texts in one group. Returns undefined if the step compares no texts. */
function comparedTexts(reading: Reading): ComparedText[][] | undefined {
  const textsOf = (texts: readonly string[], meaning: string): ComparedText[] =>
    texts.map((text) => ({ text, meaning }));
  switch (reading.step) {
    case "map":
      return [reading.entries.map(([text, meaning]) => ({ text, meaning }))];
    case "yes_no":
      return [[...textsOf(reading.yes, "yes"), ...textsOf(reading.no, "no")]];
    case "compare":
      return [textsOf(reading.texts, "")];
    default:
      return undefined;
  }
}

/** Returns a function that tests whether a cell of a workbook has the same value as one of the erase markers. */
export const markerSpelling = (markers: readonly string[]): ((cell: string) => boolean) => {
  const spelling = spellingOf([markers.map((text) => ({ text, meaning: "" }))]);
  return (cell) => spelling(cell) !== undefined;
};

const NUMBER = /^-?\d+(?:\.\d+)?$/;

function numberNotation({ decimal, group }: NumberFormat, before: readonly Reading[]): Notation {
  const sign = decimalBefore(before, decimal);
  // If the sample has no decimal places, write a fraction with a point, or with a comma if the point is the sample's group separator.
  const shown = sign !== "" ? sign : group === "." ? "," : ".";
  return (text, row) => {
    // A cell with a percent format is written as `17.5%`. Keep the percent sign in the text, because numbers may have one even if the
    // sample has none. Remove it from the value.
    const value = text.includes("%") ? text.replace(/[%\s]/gu, "") : text;
    if (!NUMBER.test(value)) return text;
    const written = shown === "." ? text : text.replace(".", shown);
    if (decimal === "" && written.includes(shown)) row.known = { text: written, value };
    return written;
  };
}

/** `decimalBefore` stops its replacements when a text is longer than this number of characters. The text that it expects is short, such as
 * `1,1`. */
const MAX_REPLACED = 10_000;

/** Returns the decimal separator that a number needs before the `replace` steps, so that these steps turn it into the decimal separator
 * of the sample. */
function decimalBefore(steps: readonly Reading[], decimal: string): string {
  if (decimal === "") return decimal;
  const replaced = (sign: string): string => {
    let text = `1${sign}1`;
    for (const step of steps)
      if (step.step === "replace")
        for (const [from, to] of step.pairs) {
          text = text.split(from).join(to);
          // Without this check, each further replacement could make the text 2,000 times as long.
          if (text.length > MAX_REPLACED) return text;
        }
    return text;
  };
  return [decimal, ",", "."].find((sign) => replaced(sign) === `1${decimal}1`) ?? decimal;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d))?$/;

/** Writes those parts of a date that the sample has, such as day, month and year. The time of a date without a time is midnight. */
function dateNotation(format: DateFormat): Notation {
  const has = (kind: string): boolean => format.parts.some((token) => "part" in token && token.part.startsWith(kind));
  return (text, row) => {
    const found = DATE.exec(text);
    if (found === null) return text;
    const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00"] = found;
    const parts: Record<string, string> = { Y: year, M: month, D: day, h: hour, m: minute, s: second };
    let written = "";
    for (const token of format.parts)
      written += "literal" in token ? token.literal : (parts[token.part.slice(0, 1)] ?? "").slice(-token.part.length);
    const time = has("h") ? `T${hour}:${has("m") ? minute : "00"}${has("s") ? `:${second}` : ""}` : "";
    const value = `${year}-${month}-${day}${time}`;
    if (convertDate(format, written) === value) return written;
    // The text cannot express the value. For example, a year of two digits may be in another century.
    row.known = { text, value };
    return text;
  };
}

/** Returns how to write the cells of a workbook as texts, for each column that the mapping reads as a number or a date, or compares with
 * texts. */
export function notationsOf(plan: MappingPlan): ReadonlyMap<number, Notation> {
  const notations = new Map<number, Notation>();
  const visit = (node: ValueNode, later: readonly Reading[]): void => {
    const readings = readingsOf(node, later);
    const notation = notationFor(readings);
    for (const { test } of node.condition ?? []) if (test !== null) visitCondition(test);
    for (const source of node.sources)
      if (typeof source !== "number") visit(source, readings);
      else if (notation !== undefined && !notations.has(source)) notations.set(source, notation);
  };
  const visitCondition = ({ of, any, ...condition }: ConditionNode): void => {
    if (of !== null) visit(of, comparisonsOf(condition));
    for (const each of any ?? []) visitCondition(each);
  };
  for (const { fields, attributes, pairs } of [plan, ...(plan.shape?.products ?? [])]) {
    for (const { value } of [...fields, ...attributes]) visit(value, []);
    for (const pair of pairs)
      if (pair.kind === "each") {
        visit(pair.name, []);
        visit(pair.value, [{ step: "compare", texts: pair.without }]);
        if (pair.unit !== null) visit(pair.unit, []);
      }
  }
  for (const condition of plan.ignore) visitCondition(condition);
  return notations;
}

/** The texts with which a condition compares a whole value. A template is compared only if it has no placeholder. */
export function comparisonsOf({ is, not, like }: Pick<ConditionNode, "is" | "not" | "like">): Reading[] {
  const literal = like?.length === 1 && like[0] !== undefined && "literal" in like[0] ? [like[0].literal] : [];
  const texts = [...(is ?? []), ...(not ?? []), ...literal];
  return texts.length === 0 ? [] : [{ step: "compare", texts }];
}
