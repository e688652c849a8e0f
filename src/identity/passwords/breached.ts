// Finds passwords that attackers try first, in a list of breached passwords (ASVS 6.2.4 and 6.2.12). The comparison is exact, so no other
// password is refused. scripts/data/make-breached-passwords.mjs makes the list.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

const LIST = new URL("breached-passwords.txt.br", import.meta.url);
const LINE_BREAK = 0x0a;

let loading: Promise<Buffer> | undefined;

/** Whether the list contains the password. Case and the form of accents do not matter. */
export async function isBreached(password: string): Promise<boolean> {
  // Keep the list as one buffer, which needs 2 MB. As a set of strings, it would need 19 MB.
  loading ??= loadList();
  return contains(await loading, Buffer.from(foldPassword(password)));
}

/** Returns the form in which passwords are compared. */
export const foldPassword = (password: string): string => password.normalize("NFKC").toLowerCase();

async function loadList(): Promise<Buffer> {
  try {
    return await promisify(brotliDecompress)(await readFile(LIST));
  } catch (error) {
    // Discard the failed promise, so that the next call loads the list again.
    loading = undefined;
    throw error;
  }
}

/** Searches the line in a text whose lines are sorted by bytes, by halving the range of bytes that may contain it. */
export function contains(list: Buffer, line: Buffer): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : list.lastIndexOf(LINE_BREAK, middle - 1) + 1;
    const found = list.indexOf(LINE_BREAK, middle);
    const end = found === -1 ? list.length : found;
    const order = line.compare(list, start, end);
    if (order === 0) return true;
    if (order < 0) high = start;
    else low = end + 1;
  }
  return false;
}
