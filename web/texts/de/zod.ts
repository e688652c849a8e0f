// German messages of zod for the faults of a text that the user edits.
import type { z } from "zod";

const TYPES: Readonly<Record<string, string>> = {
  string: "ein Text",
  number: "eine Zahl",
  int: "eine ganze Zahl",
  boolean: "true oder false",
  array: "eine Liste",
  tuple: "eine Liste",
  object: "ein Objekt",
  record: "ein Objekt",
};
const UNITS: Readonly<Record<string, string>> = { string: " Zeichen", array: " Elemente" };

const listOf = (values: readonly unknown[], quote = "„", end = "“"): string =>
  values.map((value) => `${quote}${String(value)}${end}`).join(", ");

export const zodGerman: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "Diese Angabe fehlt."
        : `Hier muss ${TYPES[issue.expected] ?? issue.expected} stehen.`;
    case "unrecognized_keys":
      return `Unbekannt: ${listOf(issue.keys)}. Prüfen Sie die Schreibweise.`;
    case "invalid_value":
      return `Möglich: ${listOf(issue.values)}.`;
    case "too_big":
      return `Höchstens ${String(issue.maximum)}${UNITS[issue.origin] ?? ""}.`;
    case "too_small":
      return `Mindestens ${String(issue.minimum)}${UNITS[issue.origin] ?? ""}.`;
    case "invalid_key":
    case "invalid_element":
      return "Ein Name oder ein Wert darin ist nicht gültig.";
    default:
      return "Diese Angabe ist nicht gültig.";
  }
};
