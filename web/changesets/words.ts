// How a changeset reads on the page.
import type { Changeset, ProductChange } from "../../contract/changesets/changesets.ts";
import { formatWhen } from "../ui/format.ts";
import { tn, t } from "../texts/t.ts";

export const KIND_ICONS = {
  import: "i-lucide-file-up",
  edit: "i-lucide-pencil",
  bulk: "i-lucide-list-checks",
  delete_all: "i-lucide-trash-2",
  undo: "i-lucide-undo-2",
} as const satisfies Record<Changeset["kind"], string>;

export const CHANGE_COLORS = {
  created: "success",
  updated: "info",
  deleted: "error",
} as const satisfies Record<ProductChange["change"], string>;

/** What was done, as the headline: "Import of supplier.csv", "LAMP-0042 changed". */
export function titleOf({ kind, filename, sku, created, deleted, undoes, id }: Changeset): string {
  switch (kind) {
    case "import":
      return filename === null ? t("changesets.kinds.import") : t("changesets.titles.import", { filename });
    case "edit":
      if (sku === null) return t("changesets.kinds.edit");
      if (created > 0) return t("changesets.titles.created", { sku });
      return deleted > 0 ? t("changesets.titles.deleted", { sku }) : t("changesets.titles.updated", { sku });
    case "undo":
      return t("changesets.titles.undo", { id: undoes ?? id });
    default:
      return t(`changesets.kinds.${kind}`);
  }
}

/** Tells apart two imports of the same file. */
export const titleAndTime = (changeset: Changeset): string =>
  `${titleOf(changeset)} · ${formatWhen(changeset.started_at)}`;

export interface Count {
  name: ProductChange["change"];
  text: string;
}

/** "466,000 created", "690 updated"; only what is not zero. */
export const countsOf = (changeset: Changeset): Count[] =>
  (["created", "updated", "deleted"] as const)
    .filter((name) => changeset[name] > 0)
    .map((name) => ({ name, text: tn(`changesets.counts.${name}`, changeset[name]) }));

/** A field of a change as people call it: the attribute's own name, or the word for the field. */
export function fieldName(field: string): string {
  if (field.startsWith("attributes.")) return field.slice("attributes.".length);
  const known = (["sku", "name", "description", "active"] as const).find((name) => name === field);
  return known === undefined ? field : t(`changesets.fields.${known}`);
}

/** A value as people read it; null = it is not there. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? t("ui.yes") : t("ui.no");
  return typeof value === "string" ? value : JSON.stringify(value);
}
