// Reads the header `Upload-Metadata`: comma-separated pairs of a name and a Base64 value
// (https://tus.io/protocols/resumable-upload#upload-metadata). The names are `filename` and the options of an import.
import { invalidRequest } from "../../../../contract/faults.ts";
import { file_name, import_query, type GivenOptions } from "../../../../contract/imports/imports.ts";

const POINTER = "/headers/upload-metadata";

/** Names that Uppy sends with every upload (https://uppy.io/docs/tus/) and that do not affect the import. */
const IGNORED: ReadonlySet<string> = new Set(["filetype", "name", "type", "relativePath"]);

/** Reads the file name and the import's options from the header. @throws Problem invalid-request */
export function readMetadata(header: string): { filename: string; options: GivenOptions } {
  const { filename = "upload.csv", ...given } = Object.fromEntries(readPairs(header));
  const name = file_name.safeParse(filename);
  const options = import_query.safeParse(given);
  const errors = [...(name.error?.issues ?? []), ...(options.error?.issues ?? [])].map(({ path, message }) => ({
    pointer: [POINTER, ...path].join("/"),
    detail: message,
  }));
  if (!name.success || !options.success) throw invalidRequest(errors);
  return { filename: name.data, options: options.data };
}

function readPairs(header: string): Map<string, string> {
  const pairs = new Map<string, string>();
  if (header.trim() === "") return pairs;
  for (const pair of header.split(",")) {
    const [name = "", value = "", ...more] = pair.trim().split(/ +/);
    if (IGNORED.has(name)) continue;
    const text = more.length > 0 || name === "" ? undefined : decode(value);
    if (text === undefined)
      throw invalidRequest([
        {
          pointer: POINTER,
          detail: "Each pair is a name, a space and a value in Base64. Separate pairs with commas.",
        },
      ]);
    if (pairs.has(name))
      throw invalidRequest([{ pointer: POINTER, detail: `The name "${name.slice(0, 100)}" occurs twice.` }]);
    pairs.set(name, text);
  }
  return pairs;
}

/** Decodes a Base64 value. @returns undefined if the value is not Base64 of UTF-8 text */
function decode(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "base64"));
  } catch {
    return undefined;
  }
}
