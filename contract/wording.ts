// Writes the messages for the faults that the schemas of the contract find, such as "must be a text, not a list". A fault is shown after
// the path of the faulty value. Importing this file sets the messages of all schemas in the process.
import { z } from "zod";

z.config({ localeError: wordingOf });

/** Returns the wording of an issue whose schema has no message of its own. */
export function wordingOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${typeName(issue.expected)}${received(issue.input)}`;
    case "invalid_value":
      return `must be ${alternatives(issue.values.map((value) => JSON.stringify(value)))}`;
    case "too_small":
      return issue.minimum === 1 && isSized(issue.origin) && issue.exact !== true
        ? "must not be empty"
        : boundOf(issue, issue.minimum, issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return boundOf(issue, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "invalid_format":
      return formatOf(issue.format);
    case "not_multiple_of":
      return `must be a multiple of ${String(issue.divisor)}`;
    case "unrecognized_keys":
      return `has the unknown ${issue.keys.length === 1 ? "member" : "members"} ${listOf(issue.keys)}`;
    case "invalid_union":
      return unionOf(issue.errors, issue.input);
    case "invalid_key":
      return `has a member whose name ${issue.issues[0]?.message ?? "is not valid"}`;
    case "invalid_element":
      return `has an element that ${issue.issues[0]?.message ?? "is not valid"}`;
    case "custom":
      return "is not valid";
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const typeName = (expected: string): string => TYPES[expected] ?? `of the type ${expected}`;

/** Returns the end of the message about a value of the wrong type. It contains the type of the value; for a number, a boolean or null,
 * the value itself. */
function received(input: unknown): string {
  if (Array.isArray(input)) return ", not a list";
  switch (typeof input) {
    case "string":
      return ", not a text";
    case "number":
    case "boolean":
      return `, not ${String(input)}`;
    case "object":
      return input === null ? ", not null" : ", not an object";
    default:
      return "";
  }
}

/** Maximum number of unknown members or allowed values that a message lists. */
const LISTED = 40;

const listOf = (names: readonly string[]): string =>
  names
    .slice(0, LISTED)
    .map((name) => JSON.stringify(name))
    .join(", ") + (names.length > LISTED ? ", …" : "");

function alternatives(values: readonly string[]): string {
  if (values.length < 2) return values[0] ?? "absent";
  if (values.length > LISTED) return `one of ${values.slice(0, LISTED).join(", ")}, …`;
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1) as string}`;
}

/** The unit in which the size of a value is counted, by the type of the value. Types without a size, such as numbers, are missing. */
const UNITS: Readonly<Record<string, string>> = {
  string: "character",
  array: "element",
  set: "element",
  map: "member",
  object: "member",
  record: "member",
};
const isSized = (origin: string): boolean => origin in UNITS;

function boundOf(
  { origin, exact }: { origin: string; exact?: boolean | undefined },
  bound: number | bigint,
  comparison: string,
): string {
  const unit = UNITS[origin];
  const amount = `${exact === true ? "exactly" : comparison} ${bound.toLocaleString("en")}`;
  if (unit === undefined) return `must be ${amount}`;
  return `must have ${amount} ${Number(bound) === 1 ? unit : `${unit}s`}`;
}

function formatOf(format: string): string {
  switch (format) {
    case "datetime":
      return "must be a time such as 2026-01-31T00:00:00Z";
    case "date":
      return "must be a date such as 2026-01-31";
    case "uuid":
      return "must be a UUID";
    case "url":
      return "must be a URL";
    default:
      return "does not have the right form";
  }
}

/** Returns the message for a value that may have several forms: the types of the forms, or the fault of the form that fits the value
 * best. */
function unionOf(errors: readonly (readonly z.core.$ZodIssue[])[], input: unknown): string {
  const firsts = errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const [deepest] = firsts.toSorted((a, b) => b.path.length - a.path.length);
  if (deepest === undefined) return "is not valid";
  if (deepest.path.length > 0) return `${deepest.path.join(".")}: ${deepest.message}`;
  const isOfOtherType = firsts.every(({ code }) => code === "invalid_type" || code === "invalid_value");
  // If the value has the type of one of the forms, report the fault of that form, such as a text that is too long.
  if (!isOfOtherType)
    return (firsts.find(({ code }) => code !== "invalid_type" && code !== "invalid_value") ?? deepest).message;
  const names = firsts.flatMap((issue) =>
    issue.code === "invalid_type"
      ? [typeName(issue.expected)]
      : issue.code === "invalid_value"
        ? issue.values.map((value) => JSON.stringify(value))
        : [],
  );
  return input === undefined ? "is missing" : `must be ${alternatives([...new Set(names)])}${received(input)}`;
}
