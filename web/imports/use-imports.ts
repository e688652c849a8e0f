// The list of imports, newest first, updated live by the event stream.
import { computed, shallowReactive } from "vue";
import { list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import { useLive } from "../server/live.ts";
import { ask } from "../server/use-connection.ts";
import { usePagedList } from "../server/use-paged-list.ts";

const PAGE = 25;

export function useImports() {
  const { items, ...list } = usePagedList({
    load: (_filter, cursor, signal) => {
      const querystring = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_imports, { querystring }, { signal });
    },
    filter: null,
    keyOf: ({ id }) => id,
  });
  /** Import states from the stream. They may be newer than the response to a request sent earlier. */
  const streamed = shallowReactive(new Map<number, ListedImport>());
  useLive("import", (record) => streamed.set(record.id, record));
  const imports = computed(() =>
    list.state.value === "ready" ? [...streamed.values()].reduce(withRecord, items.value) : items.value,
  );
  return { imports, ...list };
}

/** Updates the list with a state of an import: replaces an older state of the same import, or adds the import if it is newer than
 * all listed ones. */
export function withRecord(list: ListedImport[], record: ListedImport): ListedImport[] {
  const listed = list.find(({ id }) => id === record.id);
  if (listed) {
    return listed.version >= record.version ? list : list.map((item) => (item.id === record.id ? record : item));
  }
  return (list[0]?.id ?? 0) < record.id ? [record, ...list] : list;
}
