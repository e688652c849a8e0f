// Describes the origin of a product version, and builds the patch that restores it.
import type { ProductPatch, ProductVersion } from "../../../contract/catalog/edit-products.ts";
import type { Product } from "../../../contract/catalog/products.ts";
import { actorName, isLocal } from "../../server/actor.ts";
import { formatCount } from "../../ui/format.ts";
import type { AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import { t } from "../../texts/t.ts";
import { isSame } from "../edit/cell-value.ts";

/** The origin of a version, such as "from supplier.csv, line 48,211, import 41, by ann". */
export function provenanceOf({ changeset, source_line }: ProductVersion): string {
  const { kind, actor, filename, import_id, id } = changeset;
  const by = isLocal(actor) ? t("catalog.history.by_local") : t("catalog.history.by", { actor: actorName(actor) });
  if (kind === "import" && import_id !== null) {
    const parts = [
      t("catalog.history.from_file", { file: filename ?? t("catalog.history.a_file") }),
      ...(source_line === null ? [] : [t("catalog.history.line", { n: formatCount(source_line) })]),
      t("catalog.history.import", { id: import_id }),
      by,
    ];
    return parts.join(", ");
  }
  return [t(`catalog.history.kind.${kind}`), t("catalog.history.changeset", { id }), by].join(", ");
}

/** The patch that restores the values of an earlier version; null if the product already has them. */
export function restorePatch(now: Product, then: NonNullable<ProductVersion["product"]>): ProductPatch | null {
  const { attributes: earlier, ...values } = then;
  const attributes = attributesPatch(now.attributes, earlier);
  const patch: ProductPatch = {
    ...Object.fromEntries(Object.entries(values).filter(([field, value]) => now[field as keyof Product] !== value)),
    ...(attributes === null ? {} : { attributes }),
  };
  return Object.keys(patch).length === 0 ? null : patch;
}

function attributesPatch(
  now: Record<string, unknown>,
  then: Record<string, unknown>,
): Record<string, AttributeValue | null> | null {
  const changed = Object.entries(then).filter(([name, value]) => !isSame(now[name], value));
  const removed = Object.keys(now).filter((name) => !Object.hasOwn(then, name));
  if (changed.length === 0 && removed.length === 0) return null;
  return Object.fromEntries([
    ...changed.map(([name, value]) => [name, value as AttributeValue | null] as const),
    ...removed.map((name) => [name, null] as const),
  ]);
}
