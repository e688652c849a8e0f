// Chooses the profile of an import by the header of its file, and reports columns that are new or missing.
import { cutText } from "../../contract/faults.ts";
import type { Dialect, GivenOptions } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import type { Notice } from "../../contract/imports/notices.ts";
import { Problem } from "../../contract/problems.ts";
import { NO_PROFILE } from "../../contract/profiles/profile-names.ts";
import type { ProfileDefinition } from "../../contract/profiles/profile.ts";
import { profileKey } from "./profile-key.ts";
import { compareColumns, unnamedColumns, type ColumnChanges } from "./select/compare-columns.ts";
import { headerFor, type HeaderLines } from "./select/header-line.ts";
import { selectProfile, type KnownProfile, type Selection } from "./select/select-profile.ts";
import { because } from "../../contract/problem-reasons.ts";

/** The profile of an import, as the import stores it. */
export interface UsedProfile {
  key: string;
  name: string;
  version: number;
  built_in: boolean;
  definition: ProfileDefinition;
}

export const asUsed = ({ name, version, built_in, definition }: KnownProfile): UsedProfile => ({
  key: profileKey(name),
  name,
  version,
  built_in,
  definition,
});

export interface ChosenProfile {
  profile: KnownProfile | null;
  /** The import's options with the mapping of the profile. */
  options: GivenOptions;
  notices: Notice[];
  /** The question to ask if the columns have changed and the profile or an option requires an answer. */
  question: Problem | undefined;
}

/** @param used the profile that the client named or that an earlier scan selected; null if there is none
 * @param known the profiles to select from
 * @param tree the structure of an XML or JSON file */
export function chooseProfile(
  lines: HeaderLines,
  options: GivenOptions,
  used: KnownProfile | null,
  known: readonly KnownProfile[],
  tree?: Dialect["tree"],
): ChosenProfile {
  const selected = used === null && selects(options) ? selectInLines(lines, known, tree) : { profile: used, tied: [] };
  const { profile } = selected;
  if (profile === null || profile === undefined)
    return { profile: null, options, notices: tieNotices(selected.tied), question: undefined };
  // A file without a header has no column names to compare with those of the profile.
  if (lines.header.length === 0)
    return { profile, options: withMapping(options, profile.definition), notices: [], question: undefined };
  const header = headerFor(profile.definition, lines)?.cells ?? lines.header;
  const changes = compareColumns(header, profile);
  const policy = policyOf(options, profile.definition);
  const ignored = policy.on_new_column === "ignore" ? [...changes.added, ...unnamedColumns(header, profile)] : [];
  return {
    profile,
    options: withMapping(options, profile.definition, ignored),
    notices: changeNotices(profile.name, changes, policy),
    question: questionOf(profile.name, changes, policy),
  };
}

/** Selects a profile by the header that detection has chosen. If no profile fits this header, selects by the first other line that fits
 * a profile. */
export function selectInLines(
  { header, other_headers }: HeaderLines,
  known: readonly KnownProfile[],
  tree: Dialect["tree"] | undefined,
): Selection {
  const selected = selectProfile(header, known, tree);
  if (selected.profile !== undefined || selected.tied.length > 0) return withDetectedDelimiter(selected);
  for (const { cells } of other_headers) {
    const found = selectProfile(cells, known);
    if (found.profile !== undefined) return withDetectedDelimiter(found);
  }
  return selected;
}

/** Removes the delimiter from the selected profile. The columns were found with the detected delimiter, so the file uses that one and not
 * the profile's. */
function withDetectedDelimiter(selected: Selection): Selection {
  const { profile } = selected;
  if (profile?.definition.file?.delimiter === undefined) return selected;
  const { delimiter: _delimiter, ...file } = profile.definition.file;
  return { ...selected, profile: { ...profile, definition: { ...profile.definition, file } } };
}

/** Whether the server selects a profile: only if the client has named no profile, mapping, key or name. */
export const selects = ({
  profile,
  mapping,
  key,
  name,
}: Pick<GivenOptions, "profile" | "mapping" | "key" | "name">): boolean =>
  profile === undefined && mapping === undefined && key === undefined && name === undefined;

export const isSwitchedOff = (profile: string | undefined): boolean => profile?.toLowerCase() === NO_PROFILE;

/** The mapping in a profile. */
export function mappingOf({
  profile: _profile,
  detect: _detect,
  tests: _tests,
  ...mapping
}: ProfileDefinition): Mapping {
  return mapping;
}

/** Replaces the mapping in the options with the mapping of the profile, and keeps only the line of the header, which an earlier scan found.
 * @param ignored columns that the import ignores in addition */
export function withMapping(
  options: GivenOptions,
  definition: ProfileDefinition,
  ignored: readonly string[] = [],
): GivenOptions {
  const mapping = withLine(mappingOf(definition), options.mapping?.file?.header?.at);
  return {
    ...options,
    mapping: ignored.length === 0 ? mapping : { ...mapping, drop: [...(mapping.drop ?? []), ...ignored] },
  };
}

/** Adds the line of the header to the mapping, unless the mapping itself specifies the header. */
export function withLine(mapping: Mapping, at: Heading["at"]): Mapping {
  const { file } = mapping;
  if (at === undefined || file?.header?.at !== undefined || file?.header?.names !== undefined) return mapping;
  return { ...mapping, file: { ...file, header: { ...file?.header, at } } };
}

type Heading = NonNullable<NonNullable<Mapping["file"]>["header"]>;

interface Policy {
  on_new_column: "attribute" | "ignore" | "hold";
  on_missing_column: "keep" | "hold";
}

export const ignoresNewColumns = (
  options: Pick<GivenOptions, "on_new_column">,
  definition: ProfileDefinition,
): boolean => policyOf(options, definition).on_new_column === "ignore";

const policyOf = (options: Pick<GivenOptions, keyof Policy>, definition: ProfileDefinition): Policy => ({
  on_new_column: options.on_new_column ?? definition.on_new_column ?? "attribute",
  on_missing_column: options.on_missing_column ?? definition.on_missing_column ?? "keep",
});

/** Maximum number of columns that get a notice each. If there are more columns, one notice names them together. */
const MAX_NOTICES = 5;
/** Maximum number of columns that a message lists. */
const MAX_LISTED = 20;

function changeNotices(name: string, { added, missing, renamed }: ColumnChanges, policy: Policy): Notice[] {
  const isRenamed = new Set(renamed.flatMap(({ from, to }) => [from, to]));
  const becomes = policy.on_new_column === "ignore" ? "is ignored" : "becomes an attribute unless the profile drops it";
  return [
    ...renamed.slice(0, MAX_NOTICES).map(({ from, to }): Notice => ({
      code: "renamed_column",
      message: `The file lacks the column "${from}" of the profile "${name}", and has the new column "${to}". If the column was renamed, change the profile.`,
      column: to,
      count: null,
      values: { profile: name, from, to },
    })),
    ...noticesOf(
      { code: "new_column", profile: name },
      added.filter((column) => !isRenamed.has(column)),
      (column) => `The profile "${name}" does not know the column "${column}", which ${becomes}.`,
      (columns, list) => `The profile "${name}" does not know ${columns} columns: ${list}.`,
    ),
    ...noticesOf(
      { code: "missing_column", profile: name },
      missing.filter((column) => !isRenamed.has(column)),
      (column) =>
        `The file lacks the column "${column}", which the profile "${name}" or the last file with it contains. The values of this column stay unchanged.`,
      (columns, list) =>
        `The file lacks ${columns} columns that the profile "${name}" or the last file with it contains: ${list}.`,
    ),
  ];
}

function noticesOf(
  { code, profile }: { code: Notice["code"]; profile: string },
  columns: readonly string[],
  one: (column: string) => string,
  many: (count: number, list: string) => string,
): Notice[] {
  if (columns.length <= MAX_NOTICES)
    return columns.map((column) => ({ code, message: one(column), column, count: null, values: { profile } }));
  const message = many(columns.length, listOf(columns));
  return [{ code, message, column: null, count: null, values: { profile, columns: namesOf(columns) } }];
}

function listOf(columns: readonly string[]): string {
  const shown = columns.slice(0, MAX_LISTED).map((column) => `"${cutText(column, 100)}"`);
  return columns.length > MAX_LISTED ? `${shown.join(", ")} and ${columns.length - MAX_LISTED} more` : shown.join(", ");
}

/** Joins column names for a value of a notice or a problem. Translations of the message contain the same value, so `…` replaces "and
 * more". */
const namesOf = (columns: readonly string[]): string =>
  [
    ...columns.slice(0, MAX_LISTED).map((column) => cutText(column, 100)),
    ...(columns.length > MAX_LISTED ? ["…"] : []),
  ].join(", ");

const tieNotices = (tied: readonly string[]): Notice[] =>
  tied.length === 0
    ? []
    : [
        {
          code: "profiles_tied",
          message: `No profile was used, because ${listOf(tied)} fit the columns of the file equally well. Choose one with the option profile.`,
          column: null,
          count: null,
          values: { profiles: namesOf(tied) },
        },
      ];

/** Returns the question to ask if columns of a file have changed and the policy requires an answer. The option in `extra` answers the
 * question. */
function questionOf(name: string, { added, missing, renamed }: ColumnChanges, policy: Policy): Problem | undefined {
  if (added.length > 0 && policy.on_new_column === "hold")
    return new Problem(
      "columns-changed",
      `The file has ${added.length === 1 ? "a column" : "columns"} that the profile "${name}" does not know: ${listOf(added)}. Import them as attributes (on_new_column=attribute) or ignore them (on_new_column=ignore).`,
      {
        extra: {
          option: "on_new_column",
          candidates: candidates("attribute", "ignore"),
          profile: name,
          added,
          renamed,
          ...because("new-columns", { profile: name, columns: namesOf(added) }),
        },
      },
    );
  if (missing.length > 0 && policy.on_missing_column === "hold")
    return new Problem(
      "columns-changed",
      `The file lacks ${missing.length === 1 ? "a column" : "columns"} of the profile "${name}": ${listOf(missing)}. To import the file without them, set on_missing_column=keep.`,
      {
        extra: {
          option: "on_missing_column",
          candidates: candidates("keep"),
          profile: name,
          missing,
          renamed,
          ...because("missing-columns", { profile: name, columns: namesOf(missing) }),
        },
      },
    );
  return undefined;
}

const candidates = (...values: string[]): { value: string; samples: string[] }[] =>
  values.map((value) => ({ value, samples: [] }));
