// Labels, icons and colours of changesets, in the current language.
import { product_values, type ProductValues } from "../../contract/catalog/edit-products.ts";
import type { Changeset, ProductChange } from "../../contract/changesets/changesets.ts";
import { isList } from "../../contract/catalog/attribute-value.ts";
import { formatNumber, formatWhen } from "../ui/format.ts";
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

/** Title of a changeset: "Import of supplier.csv", "LAMP-0042 updated". */
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
    case "bulk":
    case "delete_all":
      return t(`changesets.kinds.${kind}`);
  }
}

/** Title with time, to distinguish imports of the same file. */
export const titleAndTime = (changeset: Changeset): string =>
  `${titleOf(changeset)} · ${formatWhen(changeset.started_at)}`;

export interface Count {
  name: ProductChange["change"];
  text: string;
}

/** The counts of a changeset, such as "466,000 created" and "690 updated"; counts of zero are omitted. */
export const countsOf = (changeset: Changeset): Count[] =>
  (["created", "updated", "deleted"] as const)
    .filter((name) => changeset[name] > 0)
    .map((name) => ({ name, text: tn(`changesets.counts.${name}`, changeset[name]) }));

/** Label of a changed field: the name of the attribute, or the translated name of the field. */
export function fieldName(field: string): string {
  if (field.startsWith("attributes.")) return field.slice("attributes.".length);
  return isField(field) ? t(`catalog.columns.${field}`) : field;
}

const isField = (name: string): name is Exclude<keyof ProductValues, "attributes"> =>
  name !== "attributes" && Object.hasOwn(product_values.shape, name);

/** A value for display; null if the product has no such value. */
export function valueText(value: unknown): string | string[] | null {
  if (value === null || value === undefined) return null;
  if (isList(value)) return value;
  if (typeof value === "boolean") return value ? t("ui.yes") : t("ui.no");
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
