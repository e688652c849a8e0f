// The text of the notice that several rows form one product, in the current language. The sentence contains a part for each reason why rows
// belong together.
import type { Notice } from "../../../contract/imports/notices.ts";
import { t, tn } from "../../texts/t.ts";

/** @returns undefined if the notice lacks the values that the sentence needs. Notices stored by older releases lack them */
export function groupedText({ values = {} }: Pick<Notice, "values">): string | undefined {
  const { products, rows } = values;
  const parts = groupedParts(values);
  if (typeof products !== "number" || typeof rows !== "number" || parts.length === 0) return undefined;
  return t("imports.grouped.sentence", {
    products: tn("ui.products", products),
    rows: tn("ui.rows", rows),
    parts: parts.join("; "),
  });
}

function groupedParts(values: NonNullable<Notice["values"]>): string[] {
  const countOf = (name: string): number => (typeof values[name] === "number" ? values[name] : 0);
  const textOf = (name: string): string => (typeof values[name] === "string" ? values[name] : "");
  const [by, begins, lists] = [textOf("by"), textOf("begins"), textOf("lists")];
  const [adds, layers] = [countOf("adds"), countOf("layers")];
  return [
    ...(by === "" ? [] : [t("imports.grouped.by", { columns: by })]),
    ...(begins === "" ? [] : [t("imports.grouped.begins", { columns: begins })]),
    ...(countOf("groups") === 0 || by !== "" || begins !== "" ? [] : [t("imports.grouped.until_next")]),
    ...(countOf("merges") === 0 ? [] : [t("imports.grouped.merged")]),
    ...(adds === 0
      ? []
      : [lists === "" ? tn("imports.grouped.adds", adds) : tn("imports.grouped.adds_lists", adds, { lists })]),
    ...(layers === 0 ? [] : [tn("imports.grouped.layers", layers, { column: textOf("layer") })]),
  ];
}
