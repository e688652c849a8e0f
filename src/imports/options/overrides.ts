// Returns the dialect settings that the client has specified in an import's options. Options override the mapping.
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import { encodingOf } from "../../../contract/imports/import-names.ts";
import type { Dialect, DialectOverrides, GivenOptions } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { isTreeMapping, treeRequest } from "../mapping/tree/tree-request.ts";
import { Problem } from "../../../contract/problems.ts";

const GIVEN = [
  "encoding",
  "delimiter",
  "quote",
  "escape",
  "header",
  "preamble",
  "formula_escape",
  "sheet",
  "member",
] as const satisfies (keyof DialectOverrides)[];

type MappedOptions = Partial<Pick<GivenOptions, (typeof GIVEN)[number] | "mapping">>;

/** @throws Problem invalid-request if the mapping names an unknown encoding, or a delimiter or quote that cannot be used */
export function overridesOf(options: MappedOptions): DialectOverrides {
  const given = Object.fromEntries(
    GIVEN.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  ) as DialectOverrides;
  const overrides = { ...overridesOfMapping(options.mapping), ...given };
  const conflict = findMarkConflict(overrides);
  if (conflict !== undefined)
    throw new Problem("invalid-request", `The mapping contains an invalid ${conflict.option}. ${conflict.message}`);
  return overrides;
}

/** Adds the tables of a zip file that an earlier scan of this import, or the import before it, has chosen. */
export const withMembers = (
  overrides: DialectOverrides,
  { members, dialect }: { members: Dialect["members"] | null; dialect: Dialect | null },
): DialectOverrides => {
  const chosen = members ?? dialect?.members;
  return chosen === undefined ? overrides : { ...overrides, members: chosen };
};

/** Whether the options specify a different dialect from the one with which the file was read, so that the file must be read again. */
export function readsDifferently(options: MappedOptions, dialect: Dialect): boolean {
  const {
    sheet,
    member: _member,
    keeps_mark: _keepsMark,
    header_at,
    header_data,
    header_names,
    tree,
    ...given
  } = overridesOf(options);
  if (tree !== undefined && dialect.tree !== undefined) return true;
  if (sheet !== undefined || header_data !== undefined || header_names !== undefined) return true;
  if (header_at !== undefined && header_at.length > 1) return true;
  return Object.entries(given).some(([name, value]) => dialect[name as keyof typeof given] !== value);
}

function overridesOfMapping(mapping: Mapping | undefined): DialectOverrides {
  const { encoding, delimiter, quote, sheet, header } = mapping?.file ?? {};
  return {
    ...(encoding === undefined ? {} : { encoding: requireEncoding(encoding) }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(sheet === undefined ? {} : { sheet }),
    ...overridesOfHeader(header),
    ...overridesOfTree(mapping),
    ...(mapping?.kinds?.else === "ignore" ? { keeps_mark: true } : {}),
  };
}

type Header = NonNullable<NonNullable<Mapping["file"]>["header"]>;

function overridesOfHeader({ at, data, names }: Header = {}): DialectOverrides {
  if (names !== undefined) return { header: false, preamble: (data ?? 1) - 1, header_names: names };
  if (at === undefined) return data === undefined ? {} : { header_data: data };
  const lines = (typeof at === "number" ? [at] : at).toSorted((a, b) => a - b);
  const preamble = (lines[0] as number) - 1;
  return { header: true, preamble, header_at: lines, ...(data === undefined ? {} : { header_data: data }) };
}

const overridesOfTree = (mapping: Mapping | undefined): DialectOverrides =>
  mapping !== undefined && isTreeMapping(mapping) ? { tree: treeRequest(mapping) } : {};

function requireEncoding(label: string): NonNullable<DialectOverrides["encoding"]> {
  const encoding = encodingOf(label);
  if (encoding !== undefined) return encoding;
  throw new Problem("invalid-request", `The mapping names the encoding "${label}", which is not supported.`);
}
