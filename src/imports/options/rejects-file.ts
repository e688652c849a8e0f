// Recognizes files that Skuport has written itself: the rejected rows of an import (`rejects.csv`). Such a file is comma-separated UTF-8
// with a header in its first line, regardless of the format of the imported file. So the file properties in the mapping of the import do
// not apply to `rejects.csv`. The properties of `rejects.csv` are detected, because a spreadsheet may have saved the file again.
import { open } from "node:fs/promises";
import { REJECT_COLUMNS, type ImportOptions } from "../../../contract/imports/imports.ts";
import { isTreeMapping } from "../mapping/tree/tree-request.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { FIELD_NAMES } from "../../catalog/product/column-lists.ts";
import { FIELD_STATEMENTS } from "../mapping/compile/compile-fields.ts";
import { isShaped } from "../mapping/compile/compile-shape.ts";
import { readFully } from "../read/text/text-file.ts";

/** Number of bytes that are searched for the end of the header. */
const HEADER_BYTES = 65_536;

export const isRejectsHeader = (header: readonly string[]): boolean => {
  const names = new Set(header.map((name) => name.trim()));
  return REJECT_COLUMNS.every((name) => names.has(name));
};

/** Whether the first line contains the names of all columns that `rejects.csv` adds, with any delimiter. */
export function isRejectsHead(head: Buffer): boolean {
  const [line = ""] = head.toString("latin1", 0, HEADER_BYTES).split(/[\r\n]/, 1);
  return isRejectsHeader(line.split(/[^a-z_]+/));
}

type MappingOption = Pick<ImportOptions, "mapping">;

/** Whether the options specify properties of the file. Only then does it matter whether the file is a `rejects.csv`. */
export const specifiesFile = ({ mapping }: Partial<MappingOption>): boolean => mapping?.file !== undefined;

export function withoutFile<Options extends Partial<MappingOption>>(options: Options): Options {
  if (options.mapping?.file === undefined) return options;
  const { file, ...mapping } = options.mapping;
  // Keep `file.kind`, such as `xml`. It affects which columns become attributes, and rejected rows must get the same attributes as the rows
  // of the original file.
  return { ...options, mapping: isTreeMapping(options.mapping) ? { ...mapping, file: { kind: file.kind } } : mapping };
}

/** Returns the options that apply to the file at `path`. */
export async function optionsForFile<Options extends Partial<MappingOption>>(
  options: Options,
  path: string,
): Promise<Options> {
  if (!specifiesFile(options)) return options;
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const length = await readFully(file, head, 0, 0);
    return optionsForHead(options, head.subarray(0, length));
  } finally {
    await file.close();
  }
}

export const optionsForHead = <Options extends Partial<MappingOption>>(options: Options, head: Buffer): Options =>
  specifiesFile(options) && isRejectsHead(head) ? withoutFile(options) : options;

/** Returns the options that apply to a file with this header. */
export function optionsForHeader<Options extends Partial<MappingOption>>(
  options: Options,
  header: readonly string[],
): Options {
  if (!isRejectsHeader(header)) return options;
  const { mapping } = options;
  if (mapping === undefined || !isShaped(mapping)) return withoutFile(options);
  return { ...options, mapping: formedMapping(mapping, new Set(header.map((name) => name.trim()))) };
}

/** The mapping for the rejects of an import whose rows form products together: their `rejects.csv` contains the values of the products. */
function formedMapping({ match, mode, repeats }: Mapping, names: ReadonlySet<string>): Mapping {
  const fields = FIELD_NAMES.flatMap((field) => (names.has(field) ? [[FIELD_STATEMENTS[field], field]] : []));
  return {
    ...(Object.fromEntries(fields) as Partial<Mapping>),
    key: "sku",
    ...(match === undefined ? {} : { match }),
    ...(mode === undefined ? {} : { mode }),
    ...(repeats === undefined || repeats === "merge" ? {} : { repeats }),
  };
}
