// Selects the profile for a file by the overlap of their columns, so that a file with a new column still gets its profile.
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { REJECT_COLUMNS, type Dialect } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import { isPattern } from "../../imports/mapping/compile/file-columns.ts";
import { columnKey, hasOneOf, headerOf, type Header } from "./column-names.ts";
import { requiredGroups, usedColumns, type UsedColumns } from "./used-columns.ts";

/** A profile that can be selected. */
export interface KnownProfile {
  name: string;
  version: number;
  built_in: boolean;
  definition: ProfileDefinition;
  /** Columns of the file with which the profile was last used. */
  seen_columns: string[] | null;
}

export interface Selection {
  profile: KnownProfile | undefined;
  /** Names of the profiles that fit equally well, if that is why no profile was selected. */
  tied: string[];
}

/** Minimum share of a profile's columns that a file must have, unless the profile sets its own minimum. */
const MIN_SHARE = 0.7;
/** Minimum number of columns that the file and the profile share, not counting columns that are named like product fields. */
const MIN_SPECIFIC = 2;
/** Column names that occur in files of every kind, and therefore do not identify a profile. */
const GENERAL_NAMES: ReadonlySet<string> = new Set(FIELD_NAMES);

/** Selects the profile whose columns have the largest overlap with the header. A stored profile precedes a built-in one with the same
 * overlap; if two stored or two built-in profiles fit equally well, none is selected. A profile fits only if the file has the columns of
 * the profile's key and the columns that decide which rows belong together. For an XML file, a profile can name the root element; then
 * the columns do not matter. If a profile names the records of an XML or JSON file, the columns of its key do not matter. For an export of
 * Skuport, only a profile that reads the parent SKU is selected. */
export function selectProfile(
  header: readonly string[],
  profiles: readonly KnownProfile[],
  tree?: Dialect["tree"],
): Selection {
  const file = describeFile(header, tree);
  const scores = new Map<KnownProfile, number>();
  // Compare the profiles with few patterns first: if the budget for comparing patterns is used up, only profiles with many patterns are not
  // selected.
  for (const profile of profiles.toSorted((a, b) => patternsOf(a) - patternsOf(b)))
    scores.set(profile, scoreOfFile(profile, file));
  const fitting = profiles.flatMap((profile) => {
    const score = scores.get(profile) ?? 0;
    return score === 0 ? [] : [{ profile, score }];
  });
  const highest = Math.max(...fitting.map(({ score }) => score));
  const best = fitting.filter(({ score }) => score === highest).map(({ profile }) => profile);
  const stored = best.filter(({ built_in }) => !built_in);
  const [profile, ...equal] = stored.length > 0 ? stored : best;
  return profile === undefined || equal.length === 0
    ? { profile, tied: [] }
    : { profile: undefined, tied: [profile, ...equal].map(({ name }) => name) };
}

interface DescribedFile {
  /** The columns, without those that `rejects.csv` adds to the columns of the imported file. */
  header: Header;
  /** Whether the file is a `rejects.csv`. It has the columns of the imported file, but no root element, even if the imported file was
   * XML. */
  is_rejects: boolean;
  tree: Dialect["tree"] | undefined;
  /** Whether the file is an export of Skuport. An export has a column for each attribute. An attribute can have the name of a column that a
   * profile reads, and the profile would then convert the attribute's values a second time. */
  is_export: boolean;
}

const REASONS: ReadonlySet<string> = new Set(REJECT_COLUMNS);

function describeFile(header: readonly string[], tree: Dialect["tree"] | undefined): DescribedFile {
  const own = header.filter((name) => !REASONS.has(name.trim()));
  const isRejects = own.length + REASONS.size === header.length;
  const isExport = FIELD_NAMES.every((name) => own.includes(name));
  return { header: headerOf(isRejects ? own : header), is_rejects: isRejects, tree, is_export: isExport };
}

/** The columns of a profile, prepared for comparison with headers. */
interface Compared {
  used: UsedColumns;
  required: string[][];
  /** The columns that the profile reads or detects, without patterns. */
  names: ReadonlySet<string>;
  /** Number of column patterns that the profile reads or detects. */
  patterns: number;
}

const compared = new WeakMap<ProfileDefinition, Compared>();

function comparedOf(definition: ProfileDefinition): Compared {
  const known = compared.get(definition);
  if (known !== undefined) return known;
  const used = usedColumns(definition);
  const all = [...used.read.flat(), ...(definition.detect?.columns ?? [])];
  const names = all.filter((name) => !isPattern(name));
  const made = {
    used,
    required: requiredGroups(used.read),
    names: new Set(names.map(columnKey)),
    patterns: all.length - names.length,
  };
  compared.set(definition, made);
  return made;
}

const patternsOf = ({ definition }: KnownProfile): number => comparedOf(definition).patterns;

const PARENT: FieldName = "parent_sku";

function scoreOfFile(profile: KnownProfile, { header, is_rejects, tree, is_export }: DescribedFile): number {
  const { detect } = profile.definition;
  if (is_export && !comparedOf(profile.definition).names.has(columnKey(PARENT))) return 0;
  if (detect?.root === undefined) return boundedScoreOf(profile, header, tree !== undefined);
  if (tree !== undefined) return scoreOfRoot(detect, tree);
  return is_rejects ? boundedScoreOf(profile, header, false) : 0;
}

/** Returns 0 if the budget for comparing patterns is used up before the profile has been compared. */
function boundedScoreOf(profile: KnownProfile, header: Header, isTree: boolean): number {
  try {
    return scoreOf(profile, header, isTree);
  } catch (error) {
    if (error instanceof Problem) return 0;
    throw error;
  }
}

type Detect = NonNullable<ProfileDefinition["detect"]>;

/** The score of a profile that names the root element of an XML file. It is higher than any number of columns in common. */
const ROOT_SCORE = 10_000;

/** Returns the score of a profile that names the root element; 0 if the profile does not fit the file. */
function scoreOfRoot({ root, namespace, contains }: Detect, tree: NonNullable<Dialect["tree"]>): number {
  if (tree.root !== root) return 0;
  if (namespace !== undefined && !tree.namespaces.includes(namespace)) return 0;
  if (contains !== undefined && !tree.elements.includes(contains)) return 0;
  return ROOT_SCORE + (namespace === undefined ? 0 : 1) + (contains === undefined ? 0 : 1);
}

/** Returns the number of columns that the file and the profile have in common, or 0 if the profile does not fit. */
function scoreOf({ definition, seen_columns }: KnownProfile, header: Header, isTree: boolean): number {
  const { used, required, names } = comparedOf(definition);
  const readsKey = [...used.key, ...used.rows].every((group) => hasOneOf(header, group));
  if (used.key.length === 0 || !(readsKey || (isTree && namesRecords(definition)))) return 0;
  const seen = [...new Set((seen_columns ?? []).map(columnKey))];
  const isKnown =
    definition.detect?.columns === undefined
      ? hasRequired(required, header) || isLike(seen, header)
      : definition.detect.columns.filter((name) => hasOneOf(header, [name])).length >= (definition.detect.need ?? 0);
  return isKnown ? [...new Set([...names, ...seen])].filter((key) => header.set.has(key)).length : 0;
}

/** Whether the profile lists columns to detect and names the records of an XML or JSON file. The columns of the key are then paths in these
 * records, and the header has the paths in the records that were detected. */
const namesRecords = ({ file, detect }: ProfileDefinition): boolean =>
  detect?.columns !== undefined && (file?.record ?? file?.each) !== undefined;

function hasRequired(required: readonly string[][], header: Header): boolean {
  const present = required.filter((group) => hasOneOf(header, group));
  if (present.length < required.length * MIN_SHARE) return false;
  const specific = present.filter((group) => !group.some((name) => GENERAL_NAMES.has(columnKey(name))));
  return specific.length >= MIN_SPECIFIC || present.length >= header.keys.length * MIN_SHARE;
}

/** Whether the header has at least MIN_SHARE of the columns of the profile's last file, and that file had at least MIN_SHARE of the
 * header's columns. */
function isLike(seen: readonly string[], header: Header): boolean {
  const common = seen.filter((key) => header.set.has(key)).length;
  return common > 0 && common >= seen.length * MIN_SHARE && common >= header.keys.length * MIN_SHARE;
}
