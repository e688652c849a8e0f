// The mapping that the user edits. In contrast to a complete mapping, a draft may lack a key until the user chooses the key.
import type { Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import { REJECT_COLUMNS, type Preview } from "../../../../contract/imports/imports.ts";
import { allSources, type Members } from "./values.ts";

export type Draft = Omit<Mapping, "key"> & { key?: Value | undefined };

/** The fields of a product, and the statement of the mapping that defines each of them. */
export const STATEMENTS = {
  sku: "key",
  name: "name",
  description: "description",
  active: "active",
  parent_sku: "parent",
} as const;
export type Field = keyof typeof STATEMENTS;
export const FIELDS = Object.keys(STATEMENTS) as Field[];

/** What a statement of the mapping defines: a field, or the attribute of this name. */
export type Place = { field: Field } | { attribute: string };

export const pathOf = (place: Place): string =>
  "field" in place ? STATEMENTS[place.field] : `attributes.${place.attribute}`;

export function valueAt(draft: Draft, place: Place): Value | undefined {
  if ("field" in place) return draft[STATEMENTS[place.field]];
  const { attributes = {} } = draft;
  return Object.hasOwn(attributes, place.attribute) ? attributes[place.attribute] : undefined;
}

/** Sets or removes the value of a statement. The order of the other statements stays the same. */
export function withValue(draft: Draft, place: Place, value: Value | undefined): Draft {
  if ("field" in place) {
    const { [STATEMENTS[place.field]]: _, ...others } = draft;
    return value === undefined ? others : { ...draft, [STATEMENTS[place.field]]: value };
  }
  const { [place.attribute]: _, ...others } = draft.attributes ?? {};
  const attributes = value === undefined ? others : { ...draft.attributes, [place.attribute]: value };
  return withMember(draft, "attributes", attributes);
}

/** Sets a member of the mapping. Removes the member if `value` is empty. */
export function withMember<Name extends keyof Draft>(draft: Draft, name: Name, value: Draft[Name]): Draft {
  const { [name]: _, ...others } = draft;
  const isEmpty = value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
  return isEmpty ? others : { ...draft, [name]: value };
}

/** All statements that have a value. */
export const placesOf = (draft: Draft): Place[] => [
  ...FIELDS.filter((field) => valueAt(draft, { field }) !== undefined).map((field): Place => ({ field })),
  ...Object.keys(draft.attributes ?? {}).map((attribute): Place => ({ attribute })),
];

/** The draft of an import whose mapping is not known yet. It assigns the recognized columns to their product fields. */
export function draftOfColumns(columns: Preview["columns"]): Draft {
  const found = FIELDS.flatMap((field): [string, string][] => {
    const column = columns.find(({ target }) => target === field);
    return column === undefined ? [] : [[STATEMENTS[field], column.name]];
  });
  const ignored = columns.flatMap(({ name, target }) => (target === "ignored" ? [name] : []));
  return {
    ...Object.fromEntries(found),
    ...(ignored.length === 0 ? {} : { drop: ignored }),
  };
}

/** Adds the statement that makes a blank cell remove an attribute. An import without a mapping treats blank cells the same way. */
export const removingBlanks = (draft: Draft): Draft => ({ ...draft, blank: { ...draft.blank, remove: ["*"] } });

/** Names and patterns of the columns that the statement `pairs` reads. */
export const pairSources = ({ pairs = [] }: Pick<Draft, "pairs">): string[] =>
  pairs.flatMap(({ each, in: cell, name, value, unit }) => [
    ...(each === undefined ? [] : [each]),
    ...(cell === undefined ? [] : [cell]),
    ...[name, value, unit].flatMap((part) => (part === undefined ? [] : allSources(part))),
  ]);

/** Names and patterns of the columns that `overlay` and `kinds` of the mapping read. */
export const shapeSources = ({ kinds, overlay }: Draft): string[] => [
  ...(overlay === undefined ? [] : [overlay.by]),
  ...(kinds === undefined ? [] : allSources(kinds.by)),
  ...Object.values(kinds?.when ?? {}).flatMap(({ pairs, attributes = {}, ...fields }) => [
    ...pairSources({ pairs }),
    ...[...Object.values(fields), ...Object.values(attributes)].flatMap((value) => allSources(value)),
  ]),
];

/** Columns whose values are part of the names of attributes: `price-{currency}`. */
export const nameSources = (draft: Draft): string[] =>
  Object.keys(draft.attributes ?? {}).flatMap((name) =>
    [...name.matchAll(/\{([^{}]+)\}/g)].map(([, hole = ""]) => hole),
  );

const RESERVED: ReadonlySet<string> = new Set([...FIELDS, ...REJECT_COLUMNS]);

/** Whether an attribute cannot have the name, because the name denotes a product field or a column of `rejects.csv`. */
export const isReserved = (name: string): boolean => RESERVED.has(name);

/** Returns a name that no attribute has yet. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted) && !isReserved(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted} (${String(number)})`)) number += 1;
  return `${wanted} (${String(number)})`;
}

export const hasSteps = (members: Members): boolean =>
  Object.entries(members).some(([name, member]) => name !== "from" && member !== undefined);
