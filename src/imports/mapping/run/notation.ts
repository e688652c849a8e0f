// Writes the numbers and dates of a workbook's cells in the format of the mapping's sample. A workbook then gives the same values as a text
// file with the same table, even if a step joins, replaces or splits texts before the number is read. The value of such a cell is known
// from the workbook, whatever the sample shows.
import type { MappingPlan, Step, ValueNode } from "../plan.ts";
import { convertDate, type DateFormat } from "../steps/date.ts";
import type { NumberFormat } from "../steps/number.ts";
import type { Row } from "./row.ts";

/** Returns the text of a cell in the format of the sample, so that the steps can read it. If the steps would misread it, also sets
 * `row.known` to the value, which the steps then use instead of the text. */
export type Notation = (text: string, row: Pick<Row, "known">) => string;

/** Returns the notation for a cell to which the steps apply; undefined if they read neither numbers nor dates. */
export function notationFor(steps: readonly Step[]): Notation | undefined {
  const index = steps.findIndex(({ step }) => step === "number" || step === "date");
  const reader = steps[index];
  if (reader?.step === "number") return numberNotation(reader.format, steps.slice(0, index));
  return reader?.step === "date" ? dateNotation(reader.format) : undefined;
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;

function numberNotation({ decimal, group, units }: NumberFormat, before: readonly Step[]): Notation {
  const sign = decimalBefore(before, decimal);
  // If the sample has no decimal places, write a fraction with a point, or with a comma if the point is the sample's group separator.
  const shown = sign !== "" ? sign : group === "." ? "," : ".";
  const isPercent = units.includes("%");
  return (text, row) => {
    if (!NUMBER.test(text)) return text;
    const written = shown === "." ? text : text.replace(".", shown);
    // A workbook stores 17 % as 0.17 in a cell with a percent format. The text of the cell does not show whether the cell has this format,
    // so its value is uncertain.
    if (isPercent) row.known = { text: written, value: undefined };
    else if (decimal === "" && written.includes(shown)) row.known = { text: written, value: text };
    return written;
  };
}

/** Returns the decimal separator that a number needs before the `replace` steps, so that these steps turn it into the decimal separator
 * of the sample. */
function decimalBefore(steps: readonly Step[], decimal: string): string {
  if (decimal === "") return decimal;
  const replaced = (sign: string): string => {
    let text = `1${sign}1`;
    for (const step of steps)
      if (step.step === "replace") for (const [from, to] of step.pairs) text = text.split(from).join(to);
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

/** Returns the notation of each column that a mapping reads as a number or a date. */
export function notationsOf(plan: MappingPlan): ReadonlyMap<number, Notation> {
  const notations = new Map<number, Notation>();
  const visit = ({ sources, steps: own }: ValueNode, later: readonly Step[]): void => {
    const steps = [...own, ...later];
    const notation = notationFor(steps);
    for (const source of sources)
      if (typeof source !== "number") visit(source, steps);
      else if (notation !== undefined && !notations.has(source)) notations.set(source, notation);
  };
  for (const { value } of [...plan.fields, ...plan.attributes]) visit(value, []);
  for (const pair of plan.pairs)
    if (pair.kind === "each") for (const node of [pair.name, pair.value, pair.unit]) if (node !== null) visit(node, []);
  return notations;
}
