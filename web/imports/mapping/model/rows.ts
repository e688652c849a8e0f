// Reads a mapping as the rows of the editor: one for each column of the file, with what the column becomes.
import type { PreviewColumn } from "../../../../contract/imports/imports.ts";
import { blankPolicy, type BlankPolicy } from "./blank.ts";
import { pathOf, valueAt, type Draft, type Field, type Place } from "./draft.ts";
import { isKept, isUsed, keptName, keptSteps, placesUsing, type Names } from "./kept.ts";
import { isSameName } from "./patterns.ts";
import { membersOf, plainSources, type Members } from "./values.ts";

export type RowTarget = Field | "attribute" | "ignored" | "used";

/** A column of the file and what it becomes. */
export interface ColumnRow {
  name: string;
  /** `used`: the column is read, but only by statements of the mapping that the form cannot show. */
  target: RowTarget;
  /** The statement of the mapping that this row of the editor edits; null if the column is an attribute or ignored without a statement. */
  place: Place | null;
  /** Path of the statement in the mapping; empty if there is none. */
  path: string;
  /** Name of the attribute; empty if the target is not an attribute. */
  attribute: string;
  /** The sources and the steps of the value that the statement computes. */
  members: Members;
  /** The columns of the value, in the order in which they are combined. */
  sources: string[];
  /** Whether the form can show the value. Otherwise, it is edited as text. */
  is_plain: boolean;
  /** Whether the mapping lists the column in `also`: the column becomes an attribute of its own, although another part of the mapping
   * already reads it, for example `key`. */
  is_kept_too: boolean;
  /** Paths of the other statements that read the column. */
  other_paths: string[];
  blank: BlankPolicy;
}

export const readRows = (draft: Draft, columns: readonly PreviewColumn[]): ColumnRow[] => {
  const names = columns.map(({ name }) => name);
  return columns.map((column) => readRow(draft, column, names));
};

export function readRow(draft: Draft, column: Pick<PreviewColumn, "name" | "attribute">, names: Names): ColumnRow {
  const { name } = column;
  const places = placesUsing(draft, name, names);
  const place = places.find((each) => isPlain(draft, each, names)) ?? places[0];
  const isKeptByItself = isKept(draft, name, names);
  const row = {
    name,
    blank: blankPolicy(draft, name, names),
    is_kept_too: isKeptByItself && places.length > 0,
    other_paths: places.filter((each) => each !== place).map(pathOf),
  };
  if (place === undefined) return { ...row, ...unplaced(draft, column, names, isKeptByItself) };
  const members = membersOf(valueAt(draft, place) ?? []);
  return {
    ...row,
    target: "field" in place ? place.field : "attribute",
    place,
    path: pathOf(place),
    attribute: "field" in place ? "" : place.attribute,
    members,
    sources: plainSources(members) ?? [name],
    is_plain: isPlain(draft, place, names),
  };
}

/** The row of a column without a statement. The column is kept, ignored, or used only in `pairs` or in names of attributes. */
function unplaced(
  draft: Draft,
  { name, attribute = name }: Pick<PreviewColumn, "name" | "attribute">,
  names: Names,
  isKeptByItself: boolean,
): Pick<ColumnRow, "target" | "place" | "path" | "attribute" | "members" | "sources" | "is_plain"> {
  const none = { place: null, path: "", attribute: "", members: {}, sources: [name], is_plain: true };
  if (!isKeptByItself) {
    const isUsedByText = isUsed(draft, name, names);
    return { ...none, target: isUsedByText ? "used" : "ignored", is_plain: !isUsedByText };
  }
  const own = keptName(draft, name) ?? attribute;
  return { ...none, target: "attribute", attribute: own, members: { from: name, ...keptSteps(draft, name, names) } };
}

/** Whether each source of the statement is only the name of a column, without steps of its own. A name that the file lacks counts too: a
 * profile may name a column that only an earlier file had. */
function isPlain(draft: Draft, place: Place, names: Names): boolean {
  const sources = plainSources(membersOf(valueAt(draft, place) ?? []));
  return sources?.every((source) => !source.includes("{n}") || names.some((name) => isSameName(name, source))) ?? false;
}
