// What the imports room calls things, in one place.
import type { Column, Dialect, Import, ImportState } from "../../contract/imports.ts";
import type { ProblemSlug } from "../../contract/problems.ts";
import { formatCount, formatCountOf } from "../kit/format.ts";

export const STATE_WORDS: Record<ImportState, string> = {
  receiving: "Receiving",
  scanning: "Scanning",
  ready: "Waiting to load",
  loading: "Loading",
  finishing: "Finishing",
  done: "Done",
  cancelled: "Cancelled",
  failed: "Failed",
};

export const MODE_WORDS = {
  upsert: "Create and update products",
  create: "Only create new products",
  update: "Only update existing products",
} as const;

export const REPEAT_WORDS = {
  last: "The last row wins",
  first: "The first row wins",
  reject: "Reject the repeats",
} as const;

const DELIMITER_WORDS: Record<string, string> = {
  ",": "Comma",
  ";": "Semicolon",
  "\t": "Tab",
  "|": "Pipe",
  ":": "Colon",
  " ": "Space",
};
const ENCODING_WORDS: Record<Dialect["encoding"], string> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 (little endian)",
  "utf-16be": "UTF-16 (big endian)",
  "windows-1252": "Windows-1252",
};
const LINE_ENDING_WORDS: Record<Dialect["line_ending"], string> = {
  row: "Rows of a sheet",
  lf: "LF",
  crlf: "CRLF",
  cr: "CR",
  mixed: "Mixed",
};

export const delimiterInWords = (delimiter: string): string => DELIMITER_WORDS[delimiter] ?? delimiter;
export const encodingInWords = (encoding: Dialect["encoding"]): string => ENCODING_WORDS[encoding];
export const lineEndingInWords = (ending: Dialect["line_ending"]): string => LINE_ENDING_WORDS[ending];

export function quoteInWords({ quote, escape }: Pick<Dialect, "quote" | "escape">): string {
  if (quote === "") return "None";
  const sign = quote === '"' ? "Double quote" : quote === "'" ? "Single quote" : quote;
  if (escape === "" || escape === quote) return sign;
  return `${sign}, escaped by ${escape === "\\" ? "a backslash" : escape}`;
}

export const TARGET_WORDS: Record<Column["target"], string> = {
  sku: "SKU",
  name: "Name",
  description: "Description",
  active: "Active",
  attribute: "Attribute",
  ignored: "Left out",
};

/** What the page adds to the server's own sentence. */
const ADVICE: Partial<Record<ProblemSlug, string>> = {
  "no-sku-column": "Nothing was imported.",
  "bad-header": "If it is a CSV file, choose how it is written under “File format” and import it again.",
  "rejected-rows": "The rows are listed below; “All or nothing” is the option to leave off.",
  "internal-error": "What was written before stays. Import the file again; rows that are up to date are left alone.",
};

export function adviceFor(slug: string): string | undefined {
  return (ADVICE as Record<string, string | undefined>)[slug];
}

/** The last part of `/problems/no-sku-column`. */
export const slugOf = (type: string): string => type.slice(type.lastIndexOf("/") + 1);

/** One sentence for the end of an import, read out and shown. */
export function endInWords({ state, filename, rows }: Pick<Import, "state" | "filename" | "rows">): string {
  if (state === "done") return `${filename} is imported, ${formatCountOf(rows ?? 0, "row")}.`;
  if (state === "cancelled") return `The import of ${filename} was cancelled.`;
  return `The import of ${filename} failed.`;
}

/** "3 rejected, 5 created", without the parts that are nothing; what wants attention first. */
export function countsInWords(
  of: Pick<Import, "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">,
): string {
  if (of.rows === null) return "";
  const parts = (["rejected", "created", "updated", "unchanged", "superseded"] as const)
    .filter((name) => of[name] > 0)
    .map((name) => `${formatCount(of[name])} ${name}`);
  return parts.length === 0 ? formatCountOf(of.rows, "row") : parts.join(", ");
}
