// What an upload says of its file: `Upload-Metadata`, pairs of a name and a value in Base64 with commas between
// (https://tus.io/protocols/resumable-upload#upload-metadata). The names are `filename` and the options of an import.
import { invalidRequest } from "../../../../contract/faults.ts";
import { file_name, import_query, type ImportOptions } from "../../../../contract/imports/imports.ts";

const POINTER = "/headers/upload-metadata";

/** @throws Problem invalid-request */
export function readMetadata(header: string): { filename: string; options: ImportOptions } {
  const { filename = "upload.csv", ...said } = Object.fromEntries(pairsOf(header));
  const named = file_name.safeParse(filename);
  const options = import_query.safeParse(said);
  const errors = [...(named.error?.issues ?? []), ...(options.error?.issues ?? [])].map(({ path, message }) => ({
    pointer: [POINTER, ...path].join("/"),
    detail: message,
  }));
  if (!named.success || !options.success) throw invalidRequest(errors);
  return { filename: named.data, options: options.data };
}

function pairsOf(header: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of header.split(",")) {
    const [name = "", value = "", ...more] = pair.trim().split(/ +/);
    if (name === "" && header.trim() === "") break;
    const text = more.length > 0 || name === "" ? undefined : decode(value);
    if (text === undefined)
      throw invalidRequest([
        { pointer: POINTER, detail: "Write a name, a blank and its value in Base64; commas between." },
      ]);
    if (pairs.has(name)) throw invalidRequest([{ pointer: POINTER, detail: `It says "${name.slice(0, 100)}" twice.` }]);
    pairs.set(name, text);
  }
  return pairs;
}

/** undefined = that is no Base64, or no text. */
function decode(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "base64"));
  } catch {
    return undefined;
  }
}
