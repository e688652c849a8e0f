// What the imports room calls the values of the wire, in the language that is spoken.
import type { Column, Dialect, Import, ImportState } from "../../contract/imports/imports.ts";
import { t, tn } from "../texts/t.ts";

export const stateInWords = (state: ImportState): string => t(`imports.state.${state}`);
export const modeInWords = (mode: Import["options"]["mode"]): string => t(`imports.mode.${mode}`);
export const repeatsInWords = (repeats: Import["options"]["repeats"]): string => t(`imports.repeats.${repeats}`);
export const targetInWords = (target: Column["target"]): string => t(`imports.target.${target}`);

const DELIMITERS = {
  ",": "imports.format.comma",
  ";": "imports.format.semicolon",
  "\t": "imports.format.tab",
  "|": "imports.format.pipe",
  ":": "imports.format.colon",
  " ": "imports.format.space",
} as const;

export function delimiterInWords(delimiter: string): string {
  const key = (DELIMITERS as Record<string, (typeof DELIMITERS)[keyof typeof DELIMITERS] | undefined>)[delimiter];
  return key === undefined ? delimiter : t(key);
}

export function encodingInWords(encoding: Dialect["encoding"]): string {
  if (encoding === "utf-16le") return t("imports.format.little_endian");
  if (encoding === "utf-16be") return t("imports.format.big_endian");
  return encoding === "utf-8" ? "UTF-8" : "Windows-1252";
}

export function lineEndingInWords(ending: Dialect["line_ending"]): string {
  if (ending === "row") return t("imports.format.sheet_rows");
  return ending === "mixed" ? t("imports.format.mixed") : ending.toUpperCase();
}

export function quoteInWords({ quote, escape }: Pick<Dialect, "quote" | "escape">): string {
  if (quote === "") return t("imports.format.none");
  const sign =
    quote === '"' ? t("imports.format.double_quote") : quote === "'" ? t("imports.format.single_quote") : quote;
  if (escape === "" || escape === quote) return sign;
  const by = escape === "\\" ? t("imports.format.a_backslash") : escape;
  return t("imports.format.escaped_by", { quote: sign, escape: by });
}

/** What the page adds to the server's own sentence. */
export function adviceFor(slug: string): string | undefined {
  switch (slug) {
    case "no-sku-column":
      return t("imports.advice.no_sku_column");
    case "bad-header":
      return t("imports.advice.bad_header");
    case "nearly-all-rejected":
      return t("imports.advice.nearly_all_rejected");
    case "rejected-rows":
      return t("imports.advice.rejected_rows");
    case "internal-error":
      return t("imports.advice.internal_error");
    default:
      return undefined;
  }
}

/** The last part of `/problems/no-sku-column`. */
export const slugOf = (type: string): string => type.slice(type.lastIndexOf("/") + 1);

/** "3 rejected, 5 created", without the parts that are nothing; what wants attention first. */
export function countsInWords(
  of: Pick<Import, "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">,
): string {
  if (of.rows === null) return "";
  const parts = (["rejected", "created", "updated", "unchanged", "superseded"] as const)
    .filter((name) => of[name] > 0)
    .map((name) => tn(`imports.counted.${name}`, of[name]));
  return parts.length === 0 ? tn("ui.rows", of.rows) : parts.join(", ");
}
