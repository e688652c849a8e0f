// Which uploads this browser has begun and not finished: what it takes to go on after the page was closed, for the file itself is gone
// with it and has to be chosen again.
import { useStorage } from "@vueuse/core";
import type { optionsOf } from "../options/import-form.ts";

export interface Unfinished {
  import_id: number;
  upload_id: string;
  name: string;
  size: number;
  last_modified: number;
  /** Of the file's first and last bytes; see `markOf`. */
  mark: string;
  options: ReturnType<typeof optionsOf>;
}

/** More than anybody sends at the same time; the oldest are forgotten. */
const MOST = 20;

/** The same in every tab. */
export const unfinished = useStorage<Unfinished[]>("skuport-uploads", []);

export function remember(one: Unfinished): void {
  unfinished.value = [...unfinished.value.filter(({ upload_id }) => upload_id !== one.upload_id), one].slice(-MOST);
}

export function forgetUpload(importId: number): void {
  if (unfinished.value.some((one) => one.import_id === importId))
    unfinished.value = unfinished.value.filter((one) => one.import_id !== importId);
}

/** Whether it is the file that the upload began with, as far as a look at it tells; the server's SHA-256 is of what came. */
export async function isSameFile({ name, size, last_modified, mark }: Unfinished, file: File): Promise<boolean> {
  if (file.name !== name || file.size !== size || file.lastModified !== last_modified) return false;
  return (await markOf(file)) === mark;
}

const MARKED_BYTES = 65_536;

/** Tells files apart that have name, size and time in common. */
export async function markOf(file: Blob): Promise<string> {
  const ends = [file.slice(0, MARKED_BYTES), file.slice(Math.max(0, file.size - MARKED_BYTES))];
  const hashes = await Promise.all(ends.map(async (end) => fnv1a(new Uint8Array(await end.arrayBuffer()))));
  return hashes.map((hash) => hash.toString(16).padStart(8, "0")).join("");
}

/** http://www.isthe.com/chongo/tech/comp/fnv/: no secret, but to be had where the page comes without TLS too. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
