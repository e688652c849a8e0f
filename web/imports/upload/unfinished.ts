// Remembers the unfinished uploads of this browser, so that they can be resumed after the page was closed. The user then has to choose
// the file again.
import { useStorage } from "@vueuse/core";
import type { optionsOf } from "../options/import-form.ts";

export interface Unfinished {
  import_id: number;
  upload_id: string;
  name: string;
  size: number;
  last_modified: number;
  /** Hash of the file's first and last bytes; see `fingerprintOf`. */
  fingerprint: string;
  options: ReturnType<typeof optionsOf>;
}

/** Largest number of remembered uploads, more than anyone runs at the same time. The oldest ones are dropped. */
const MAX_UPLOADS = 20;

/** The unfinished uploads of this browser, shared by all its tabs. */
export const unfinished = useStorage<Unfinished[]>("skuport-uploads", []);

export function rememberUpload(upload: Unfinished): void {
  unfinished.value = [...unfinished.value.filter(({ upload_id }) => upload_id !== upload.upload_id), upload].slice(
    -MAX_UPLOADS,
  );
}

export function forgetUpload(importId: number): void {
  if (unfinished.value.some((one) => one.import_id === importId))
    unfinished.value = unfinished.value.filter((one) => one.import_id !== importId);
}

/** Compares the name, size, modification time and fingerprint, without reading the whole file. The server's SHA-256 cannot be
 * compared, because it covers only the bytes received so far. */
export async function isSameFile({ name, size, last_modified, fingerprint }: Unfinished, file: File): Promise<boolean> {
  if (file.name !== name || file.size !== size || file.lastModified !== last_modified) return false;
  return (await fingerprintOf(file)) === fingerprint;
}

const FINGERPRINTED_BYTES = 65_536;

/** Hashes the first and last bytes, to distinguish files that have the same name, size and time. */
export async function fingerprintOf(file: Blob): Promise<string> {
  const ends = [file.slice(0, FINGERPRINTED_BYTES), file.slice(Math.max(0, file.size - FINGERPRINTED_BYTES))];
  const hashes = await Promise.all(ends.map(async (end) => fnv1a(new Uint8Array(await end.arrayBuffer()))));
  return hashes.map((hash) => hash.toString(16).padStart(8, "0")).join("");
}

/** The FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/). It is not cryptographic, but SubtleCrypto is unavailable on pages
 * served without TLS. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
