// The steps of a value in words, and the suggested steps. The user can remove a step or add a suggested step with one click.
import { t, tn } from "../../../texts/t.ts";
import type { Members } from "../model/values.ts";
import type { Suggestion } from "../suggest/suggest.ts";

export interface StepChip {
  label: string;
  /** The members to overwrite so that the value no longer has this step. */
  without: Partial<Members>;
}

export function stepChips(members: Members): StepChip[] {
  const { number, date, split, map, yes_no, prefix, suffix, replace, like, scale } = members;
  const chips: (StepChip | false | undefined)[] = [
    members.over === "group" && { label: t("mapping.step.over"), without: { over: undefined, all: undefined } },
    members.strip_html === true && { label: t("mapping.step.strip_html"), without: { strip_html: undefined } },
    members.trim === true && { label: t("mapping.step.trim"), without: { trim: undefined } },
    replace && { label: tn("mapping.step.replace", replace.length), without: { replace: undefined } },
    members.case && { label: t(`mapping.step.case_${members.case}`), without: { case: undefined } },
    split !== undefined && { label: t("mapping.step.split", { text: split }), without: { split: undefined } },
    like !== undefined && { label: t("mapping.step.like", { text: like }), without: { like: undefined } },
    map && { label: tn("mapping.step.map", Object.keys(map).length), without: { map: undefined, else: undefined } },
    number !== undefined && { label: t("mapping.step.number", { text: number }), without: { number: undefined } },
    scale !== undefined && { label: t("mapping.step.scale", { text: String(scale) }), without: { scale: undefined } },
    date !== undefined && { label: t("mapping.step.date", { text: date }), without: { date: undefined } },
    yes_no && { label: t("mapping.step.yes_no"), without: { yes_no: undefined } },
    prefix !== undefined && { label: t("mapping.step.prefix", { text: prefix }), without: { prefix: undefined } },
    suffix !== undefined && { label: t("mapping.step.suffix", { text: suffix }), without: { suffix: undefined } },
    members.default !== undefined && {
      label: t("mapping.step.default", { text: members.default }),
      without: { default: undefined },
    },
  ];
  return chips.filter((chip) => typeof chip === "object");
}

export function suggestionLabel({ kind, text }: Suggestion): string {
  switch (kind) {
    case "number":
    case "date":
    case "split":
      return t(`mapping.step.${kind}`, { text });
    case "strip_html":
      return t("mapping.step.strip_html");
  }
}
