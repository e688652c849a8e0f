// Which columns the grid has and how wide they are. The address says which; this browser remembers what was last chosen,
// the widths, and the attributes that are there, so that the grid does not jump when its first rows arrive.
import { computed, shallowRef, watch, type Ref } from "vue";
import { useStorage } from "@vueuse/core";
import { list_attributes, type Product } from "../../../contract/catalog/products.ts";
import { ask } from "../../server/use-connection.ts";
import {
  attributeColumn,
  attributeOf,
  attributesFor,
  countAttributes,
  defaultColumns,
  FIELD_COLUMNS,
  usualAttributes,
} from "./columns.ts";

/** As many names are kept and offered; a file with more columns has them in the address all the same. */
const MAX_ATTRIBUTES = 200;

/** Names of attributes that there are or were. */
export const useAttributes = () => useStorage<string[]>("skuport-product-attributes", []);

export function useColumns(
  chosen: Readonly<Ref<string[] | null>>,
  loaded: () => Product[],
  version: Readonly<Ref<unknown>>,
) {
  const widths = useStorage<Record<string, number>>("skuport-product-widths", {});
  const remembered = useStorage<string[]>("skuport-product-columns", []);
  const attributes = useAttributes();
  /** What most products have, whatever the list shows. */
  const usual = useStorage<string[]>("skuport-product-usual", []);
  const shown = shallowRef(usual.value);

  const know = (names: readonly string[]): void => {
    const now = [...new Set(names)].slice(0, MAX_ATTRIBUTES);
    if (now.join("\n") !== attributes.value.join("\n")) attributes.value = now;
  };
  watch(version, () => {
    know([...attributes.value, ...countAttributes(loaded()).map(({ name }) => name)]);
    shown.value = attributesFor(loaded(), shown.value, usual.value);
  });

  async function readAttributes(): Promise<void> {
    try {
      const { items, products } = await ask(list_attributes, { querystring: { limit: MAX_ATTRIBUTES } });
      know([...items.map(({ name }) => name), ...attributes.value]);
      usual.value = usualAttributes(items, products);
      shown.value = attributesFor(loaded(), usual.value, usual.value);
    } catch {
      // What was known will do.
    }
  }
  void readAttributes();

  const columns = computed(
    () => chosen.value ?? (remembered.value.length > 0 ? remembered.value : defaultColumns(shown.value)),
  );
  /** Those that can be shown, the shown ones first, in their order. */
  const offered = computed(() => [
    ...new Set([...columns.value, ...FIELD_COLUMNS, ...attributes.value.map(attributeColumn)]),
  ]);
  const remember = (now: string[] | null): void => {
    remembered.value = now ?? [];
  };
  const setWidth = (column: string, px: number | null): void => {
    const { [column]: _old, ...others } = widths.value;
    widths.value = px === null ? others : { ...others, [column]: px };
  };
  /** Attributes that are shown are known, whether a loaded row has them or not. */
  const knownAttributes = computed(() => [
    ...new Set([...attributes.value, ...columns.value.map(attributeOf).filter((name) => name !== undefined)]),
  ]);
  return { columns, widths, offered, attributes: knownAttributes, remember, setWidth };
}
