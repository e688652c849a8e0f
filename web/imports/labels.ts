// Labels for values of the imports API, in the current language.
import type { Column, Dialect, Import, ImportState, ListedImport, Preview } from "../../contract/imports/imports.ts";
import type { ProblemSlug } from "../../contract/problems.ts";
import { t, tn, type PlainKey } from "../texts/t.ts";

export const stateLabel = (state: ImportState): string => t(`imports.state.${state}`);
export const modeLabel = (mode: Import["options"]["mode"]): string => t(`imports.mode.${mode}`);
export const repeatsLabel = (repeats: Import["options"]["repeats"]): string => t(`imports.repeats.${repeats}`);
export const targetLabel = (target: Column["target"]): string => t(`imports.target.${target}`);

/** If the import's file is a zip file with several tables: the names of the tables that the import has read. Otherwise empty. */
export function tablesOf({ dialect }: Pick<ListedImport, "dialect">): string {
  const [first, ...others] = (dialect?.members ?? []).filter(({ read }) => read).map(({ name }) => name);
  if (first === undefined) return "";
  return others.length === 0 ? first : tn("imports.members.and_more", others.length, { name: first });
}

/** The target of the column, and the names of the values that a mapping computes from the column. */
export function columnLabel({ target, used_for: uses = [] }: Pick<Column, "target" | "used_for">): string {
  if (uses.length === 0) return targetLabel(target);
  const names = uses.map(useLabel).join(", ");
  const used = t("imports.facts.used_for", { names });
  return target === "used" ? used : `${targetLabel(target)}, ${used}`;
}

/** The entry of `used_for` that denotes the statement `pairs` of a mapping. All other entries are names of fields or attributes. */
const PAIRS = "attributes";

function useLabel(use: string): string {
  if (use === PAIRS) return t("imports.facts.pairs");
  return FIELD_TARGETS.has(use) ? targetLabel(use as Column["target"]) : use;
}

const FIELD_TARGETS: ReadonlySet<string> = new Set<Column["target"]>([
  "sku",
  "name",
  "description",
  "active",
  "parent_sku",
]);

/** A text that names the profile and its version. The version of a built-in profile is left out, because users cannot edit the profile. */
export const profileText = ({ name, version, built_in }: NonNullable<Preview["profile"]>): string =>
  built_in ? t("imports.profile.used_built_in", { name }) : t("imports.profile.used", { name, version });

/** Whether files of the format are delimited text, with an encoding, a delimiter and quotes. */
export function isDelimited(format: Dialect["format"]): boolean {
  switch (format) {
    case "text":
    case "gzip":
    case "zstd":
    case "bzip2":
    case "xz":
    case "zip":
      return true;
    case "xlsx":
    case "xls":
    case "ods":
    case "html":
    case "markdown":
    case "xml":
    case "json":
    case "jsonl":
    case "parquet":
      return false;
  }
}

const DELIMITERS = {
  ",": "imports.format.comma",
  ";": "imports.format.semicolon",
  "\t": "imports.format.tab",
  "|": "imports.format.pipe",
  ":": "imports.format.colon",
  " ": "imports.format.space",
} as const;

export function delimiterLabel(delimiter: string): string {
  const key = (DELIMITERS as Record<string, (typeof DELIMITERS)[keyof typeof DELIMITERS] | undefined>)[delimiter];
  return key === undefined ? delimiter : t(key);
}

/** The labels of encodings for which the identifier in capital letters would be wrong. */
const ENCODING_NAMES: Partial<Record<Dialect["encoding"], string>> = {
  shift_jis: "Shift_JIS",
  big5: "Big5",
  macintosh: "Mac Roman",
  "x-mac-cyrillic": "Mac Cyrillic",
  "x-user-defined": "x-user-defined",
};

export function encodingLabel(encoding: Dialect["encoding"]): string {
  switch (encoding) {
    case "utf-16le":
      return t("imports.format.little_endian");
    case "utf-16be":
      return t("imports.format.big_endian");
    default:
      return ENCODING_NAMES[encoding] ?? encoding.toUpperCase().replace("WINDOWS", "Windows");
  }
}

export function lineEndingLabel(ending: Dialect["line_ending"]): string {
  switch (ending) {
    case "lf":
    case "crlf":
    case "cr":
      return ending.toUpperCase();
    case "mixed":
      return t("imports.format.mixed");
    case "row":
      return t("imports.format.sheet_rows");
  }
}

export function quoteLabel({ quote, escape }: Pick<Dialect, "quote" | "escape">): string {
  if (quote === "") return t("imports.format.none");
  const sign =
    quote === '"' ? t("imports.format.double_quote") : quote === "'" ? t("imports.format.single_quote") : quote;
  if (escape === "" || escape === quote) return sign;
  const by = escape === "\\" ? t("imports.format.a_backslash") : escape;
  return t("imports.format.escaped_by", { quote: sign, escape: by });
}

const ADVICE: Partial<Record<ProblemSlug, PlainKey>> = {
  "no-sku-column": "imports.advice.no_sku_column",
  "bad-header": "imports.advice.bad_header",
  "nearly-all-rejected": "imports.advice.nearly_all_rejected",
  "rejected-rows": "imports.advice.rejected_rows",
  "internal-error": "imports.advice.internal_error",
};

/** Advice that the page adds to the server's problem detail; undefined for most problems. */
export function adviceFor(slug: string): string | undefined {
  const key = (ADVICE as Record<string, PlainKey | undefined>)[slug];
  return key === undefined ? undefined : t(key);
}

/** The slug at the end of a problem type, such as `no-sku-column` for `/problems/no-sku-column`. */
export const slugOf = (type: string): string => type.slice(type.lastIndexOf("/") + 1);

/** The counts of an import, such as "3 rejected, 5 created": rejected rows come first, counts of zero are omitted. */
export function countsSummary(
  counts: Pick<
    Import,
    "rows" | "created" | "updated" | "unchanged" | "deleted" | "adds" | "superseded" | "rejected" | "ignored"
  >,
): string {
  if (counts.rows === null) return "";
  const parts = (["rejected", "created", "updated", "deleted", "unchanged", "adds", "superseded", "ignored"] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => tn(`imports.counted.${name}`, counts[name]));
  return parts.length === 0 ? tn("ui.rows", counts.rows) : parts.join(", ");
}
