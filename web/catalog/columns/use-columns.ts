// The columns of the grid and their widths. The URL names the columns. This browser remembers the last choice, the widths and the
// known attributes, so that the grid does not change its columns when the first rows arrive.
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
  defaultDescriptionWidth,
  usualAttributes,
} from "./columns.ts";
import { FIELD_COLUMNS } from "./fields.ts";

/** Largest number of attribute names to remember and offer. Others can still be shown through the URL. */
const MAX_ATTRIBUTES = 200;

/** Known attribute names, including those of deleted products. */
export const useAttributes = () => useStorage<string[]>("skuport-product-attributes", []);

interface List {
  /** The columns in the URL. */
  chosen: Readonly<Ref<string[] | null>>;
  loaded: () => Product[];
  /** Changes whenever rows are loaded. */
  version: Readonly<Ref<unknown>>;
  width_px: Readonly<Ref<number>>;
}

export function useColumns({ chosen, loaded, version, width_px: widthPx }: List) {
  const chosenWidths = useStorage<Record<string, number>>("skuport-product-widths", {});
  const remembered = useStorage<string[]>("skuport-product-columns", []);
  const attributes = useAttributes();
  /** The most frequent attributes of the whole catalogue. */
  const usual = useStorage<string[]>("skuport-product-usual", []);
  const shown = shallowRef(usual.value);

  const rememberNames = (names: readonly string[]): void => {
    const now = [...new Set(names)].slice(0, MAX_ATTRIBUTES);
    if (now.join("\n") !== attributes.value.join("\n")) attributes.value = now;
  };
  watch(version, () => {
    rememberNames([...attributes.value, ...countAttributes(loaded()).map(({ name }) => name)]);
    shown.value = attributesFor(loaded(), shown.value, usual.value);
  });

  async function readAttributes(): Promise<void> {
    try {
      const { items, products } = await ask(list_attributes, { querystring: { limit: MAX_ATTRIBUTES } });
      rememberNames([...items.map(({ name }) => name), ...attributes.value]);
      usual.value = usualAttributes(items, products);
      shown.value = attributesFor(loaded(), usual.value, usual.value);
    } catch {
      // The request failed: keep the attributes that this browser remembers.
    }
  }
  void readAttributes();

  const chosenColumns = computed(() => chosen.value ?? (remembered.value.length > 0 ? remembered.value : null));
  const columns = computed(() => chosenColumns.value ?? defaultColumns(shown.value, widthPx.value));
  const widths = computed(() => {
    if (chosenColumns.value !== null || !columns.value.includes("description")) return chosenWidths.value;
    return { description: defaultDescriptionWidth(columns.value, widthPx.value), ...chosenWidths.value };
  });
  /** All columns that the user can choose. The columns already shown come first, in their order. */
  const offered = computed(() => [
    ...new Set([...columns.value, ...FIELD_COLUMNS, ...attributes.value.map(attributeColumn)]),
  ]);
  const remember = (now: string[] | null): void => {
    remembered.value = now ?? [];
  };
  const setWidth = (column: string, px: number | null): void => {
    const { [column]: _old, ...others } = chosenWidths.value;
    chosenWidths.value = px === null ? others : { ...others, [column]: px };
  };
  /** Known attributes, including shown ones that no loaded row has. */
  const knownAttributes = computed(() => [
    ...new Set([...attributes.value, ...columns.value.map(attributeOf).filter((name) => name !== undefined)]),
  ]);
  return { columns, widths, offered, attributes: knownAttributes, remember, setWidth };
}
