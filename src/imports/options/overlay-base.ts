// Some files have one row for each layer of a product, such as a language. The row in the base layer, such as the main language, is the
// product itself. This module determines the base layer of a file that lacks the base layers that the mapping names.
import { columnKey } from "../../profiles/select/column-names.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

/** Returns the mapping for this file. If the overlay of the mapping has `without_base`, and none of the first rows is in a base layer,
 * the returned mapping uses the layer of the first row, or the layers that `without_base` lists, as base layers. */
export function withOverlayBase(
  mapping: Mapping,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Mapping {
  const { overlay } = mapping;
  if (overlay?.without_base === undefined) return mapping;
  const column = header.findIndex((name) => columnKey(name) === columnKey(overlay.by));
  const layers = rows.map((cells) => (cells[column] ?? "").trim());
  const base = new Set(overlay.base.map((layer) => layer.trim().toLowerCase()));
  const [first = ""] = layers;
  const isFound = column === -1 || first === "" || layers.some((layer) => base.has(layer.toLowerCase()));
  if (isFound) return mapping;
  const { without_base } = overlay;
  return { ...mapping, overlay: { ...overlay, base: without_base === "first" ? [first] : without_base } };
}
