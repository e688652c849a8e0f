// Puts the variants of a product beneath it.

export interface Nested<Item> {
  item: Item;
  /** Whether the item is listed beneath its parent. */
  is_nested: boolean;
}

interface Family {
  sku: string;
  parent_sku: string;
}

/** @param familyOf returns undefined for an item that is not a product
 * @returns the items in their order, but each variant after its parent, if the parent is one of the items */
export function nestVariants<Item>(
  items: readonly Item[],
  familyOf: (item: Item) => Family | undefined,
): Nested<Item>[] {
  const families = items.map((item) => ({ item, family: familyOf(item) }));
  const skus = new Set(families.flatMap(({ family }) => (family === undefined ? [] : [keyOf(family.sku)])));
  const parentOf = (family: Family | undefined): string | undefined => {
    const parent = keyOf(family?.parent_sku ?? "");
    return skus.has(parent) && parent !== keyOf(family?.sku ?? "") ? parent : undefined;
  };
  const variants = new Map<string, Item[]>();
  for (const { item, family } of families) {
    const parent = parentOf(family);
    if (parent !== undefined) variants.set(parent, [...(variants.get(parent) ?? []), item]);
  }
  const nested: Nested<Item>[] = [];
  for (const { item, family } of families) {
    if (parentOf(family) !== undefined) continue;
    nested.push({ item, is_nested: false });
    const key = keyOf(family?.sku ?? "");
    nested.push(...(variants.get(key) ?? []).map((each) => ({ item: each, is_nested: true })));
    variants.delete(key);
  }
  // Append the items that are not nested yet: variants of variants, and products that are variants of each other.
  const rest = [...variants.values()].flat();
  return [...nested, ...rest.map((item) => ({ item, is_nested: true }))];
}

/** SKUs are compared without regard to case. */
const keyOf = (sku: string): string => sku.trim().toLowerCase();
