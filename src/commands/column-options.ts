// The command line options that define what the columns of a file become.
import { readFile } from "node:fs/promises";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { UsageError } from "./command.ts";
import { describeUnreadable } from "./import/import-source.ts";
import { oneLine } from "../terminal.ts";

/** The command line options for the columns of a file, in the form that `parseArgs` requires. */
export const COLUMN_OPTIONS = {
  key: { type: "string" },
  name: { type: "string" },
  mapping: { type: "string" },
  profile: { type: "string" },
} as const;

/** The section of `--help` about these options. */
export const COLUMN_HELP = `  --key COLUMN        the column with the SKUs, by its name
  --name COLUMN       the column with the product names
  --mapping FILE      a JSON file that maps the columns to the values of products
  --profile NAME      the profile to use, or none. By default, the profile whose columns fit best
`;

export interface ColumnValues {
  key?: string | undefined;
  name?: string | undefined;
  mapping?: string | undefined;
  profile?: string | undefined;
}

export interface ColumnOptions {
  key?: string;
  name?: string;
  mapping?: Mapping;
  profile?: string;
}

/** Reads the options, and the file that contains the mapping. @throws UsageError that names the first fault */
export async function readColumnOptions({ key, name, mapping, profile }: ColumnValues): Promise<ColumnOptions> {
  if (key === "" || name === "") throw new UsageError(`--${key === "" ? "key" : "name"} takes the name of a column.`);
  if (mapping !== undefined && profile !== undefined)
    throw new UsageError("Use either --mapping or --profile, not both.");
  return {
    ...(key === undefined ? {} : { key }),
    ...(name === undefined ? {} : { name }),
    ...(profile === undefined ? {} : { profile }),
    ...(mapping === undefined ? {} : { mapping: await readMapping(mapping) }),
  };
}

async function readMapping(path: string): Promise<Mapping> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new UsageError(describeUnreadable(path, error as NodeJS.ErrnoException));
  });
  const { mapping_text } = await import("../../contract/mapping/mapping-text.ts");
  const parsed = mapping_text.safeParse(text.replace(/^\uFEFF/, ""));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  const where = fault === undefined || fault.path.length === 0 ? "" : `${fault.path.join(".")}: `;
  throw new UsageError(`--mapping ${oneLine(path)}: ${where}${fault?.message ?? "not a mapping"}`);
}
