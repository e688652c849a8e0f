// Previews of files: the server parses the first bytes of a file while the whole file is being uploaded. The tab keeps the previews of
// its last few files, even after their imports have started.
import { computed, ref, shallowReactive } from "vue";
import { UnreachableError } from "../../../client/answer.ts";
import type { Preview } from "../../../contract/imports/imports.ts";
import { requestPreview } from "../../server/preview/request-preview.ts";
import type { optionsOf } from "../options/import-form.ts";

export interface Previewed {
  file: File;
  options: ReturnType<typeof optionsOf>;
  state: "loading" | "ready" | "failed";
  preview: Preview | null;
  error: Error | null;
}

const MAX_PREVIEWS = 8;

/** Previews of files being uploaded, by the key of the upload. */
const ofUploads = shallowReactive(new Map<number, Previewed>());
/** Previews of files whose upload has finished, by the ID of the import. */
const ofImports = shallowReactive(new Map<number, Previewed>());

export const previewOfUpload = (key: number): Previewed | undefined => ofUploads.get(key);
export const previewOfImport = (id: number): Previewed | undefined => ofImports.get(id);

/** Whether previews show the rows as in the file or as products. The tab keeps the choice for the next file. */
export const previewView = ref<"file" | "products">("file");

/** Column names of the file that was previewed last in this tab. */
export const previewedColumns = computed(() => {
  const newest = [...ofImports.values(), ...ofUploads.values()].at(-1);
  return newest?.preview?.columns.map(({ name }) => name) ?? [];
});

/** Requests the preview of a file with these options. A newer request replaces the result of an older one. */
export async function loadPreview(key: number, file: File, options: Previewed["options"]): Promise<void> {
  const previous = ofUploads.get(key);
  const pending: Previewed = { file, options, state: "loading", preview: previous?.preview ?? null, error: null };
  storePreview(ofUploads, key, pending);
  const result = await requestPreview(file, options).then(
    (preview): Previewed => ({ ...pending, state: "ready", preview }),
    (error: unknown): Previewed => ({ ...pending, state: "failed", preview: null, error: error as Error }),
  );
  for (const map of [ofUploads, ofImports]) {
    for (const [id, current] of map) {
      if (current !== pending) continue;
      // A banner of the page reports an unreachable server; without a response there is no preview to show.
      if (result.error instanceof UnreachableError) map.delete(id);
      else map.set(id, result);
    }
  }
}

/** Moves the preview from the finished upload to its import. */
export function assignPreview(key: number, importId: number): void {
  const preview = ofUploads.get(key);
  if (preview !== undefined) storePreview(ofImports, importId, preview);
  ofUploads.delete(key);
}

function storePreview(map: Map<number, Previewed>, id: number, preview: Previewed): void {
  map.delete(id);
  map.set(id, preview);
  const [oldest] = map.keys();
  if (map.size > MAX_PREVIEWS && oldest !== undefined) map.delete(oldest);
}
