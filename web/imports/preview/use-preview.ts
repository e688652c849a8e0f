// What the server sees in a file's first bytes, asked for beside the upload, which does not wait for it. Kept for the last few files
// of the tab, also once they have become imports.
import { shallowReactive } from "vue";
import { address } from "../../../client/address.ts";
import { failureOf, UnreachableError, nobodyThere, parseJson } from "../../../client/answer.ts";
import { MAX_PREVIEW_BYTES, preview_import, PREVIEW_BYTES, type Preview } from "../../../contract/imports/imports.ts";
import type { optionsOf } from "../options/import-form.ts";

export interface Previewed {
  file: File;
  options: ReturnType<typeof optionsOf>;
  state: "loading" | "ready" | "failed";
  preview: Preview | null;
  error: Error | null;
}

const MOST = 8;

/** By upload, and by import once there is one. */
const ofUploads = shallowReactive(new Map<number, Previewed>());
const ofImports = shallowReactive(new Map<number, Previewed>());

export const previewOfUpload = (key: number): Previewed | undefined => ofUploads.get(key);
export const previewOfImport = (id: number): Previewed | undefined => ofImports.get(id);

/** Looks at the file as an import with these options would; a later look wins over an earlier one. */
export async function lookAt(key: number, file: File, options: Previewed["options"]): Promise<void> {
  const before = ofUploads.get(key);
  const looking: Previewed = { file, options, state: "loading", preview: before?.preview ?? null, error: null };
  keep(ofUploads, key, looking);
  const found = await look(file, options).then(
    (preview): Previewed => ({ ...looking, state: "ready", preview }),
    (error: unknown): Previewed => ({ ...looking, state: "failed", preview: null, error: error as Error }),
  );
  for (const map of [ofUploads, ofImports]) {
    for (const [id, known] of map) {
      if (known !== looking) continue;
      // A server that is away is told of by others; without an answer there is nothing to show.
      if (found.error instanceof UnreachableError) map.delete(id);
      else map.set(id, found);
    }
  }
}

/** The upload has become an import. */
export function handPreview(key: number, importId: number): void {
  const known = ofUploads.get(key);
  if (known !== undefined) keep(ofImports, importId, known);
  ofUploads.delete(key);
}

function keep(map: Map<number, Previewed>, id: number, one: Previewed): void {
  map.delete(id);
  map.set(id, one);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}

async function look(file: File, options: Previewed["options"]): Promise<Preview> {
  const url = address(preview_import, { querystring: { ...options, size: file.size } });
  const head = file.size <= MAX_PREVIEW_BYTES ? file : file.slice(0, PREVIEW_BYTES);
  const response = await fetch(url, {
    method: preview_import.method,
    headers: { "content-type": "application/octet-stream" },
    body: head,
  }).catch((error: unknown) => {
    throw nobodyThere(url, error);
  });
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, text);
  return parseJson(text) as Preview;
}
