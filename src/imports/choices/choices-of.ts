// Determines which choices of columns to remember from an answered import, for later files without a profile.
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import { isExactName } from "../read/columns/column-claims.ts";
import { matchColumns } from "../read/columns/match-columns.ts";
import { isFieldName, uniqueNames, type RememberedChoice } from "../read/columns/remembered.ts";
import type { Table } from "../read/read-records.ts";
import type { Column } from "../../../contract/imports/imports.ts";

/** A choice with the name of its column. */
export type NewChoice = RememberedChoice & { name: string };

type ChosenTable = Pick<Table, "header" | "rows"> & {
  /** The columns with the targets that the import gives them. */
  columns: readonly Column[];
  /** Positions of the columns that must not be copied to the product field `active` although their names and first rows fit it: too many
   * later values are neither yes nor no. */
  unfit?: ReadonlySet<number>;
};

/** The fields whose columns must be known for a file to be imported without a review. */
const KNOWN_FIELDS: ReadonlySet<FieldName> = new Set(["sku", "name"]);

/**
 * Returns a choice for each column to which the import gives a target other than the detected one. If the import copies no column to a
 * field, although detection would, the detected column gets the choice `attribute`. The columns of the SKU and of the name always get a
 * choice, because the client has confirmed them. A column with the exact name of a field gets no choice.
 * @param remembered the choices that were already remembered
 */
export function choicesOf(
  { header, rows, columns, unfit }: ChosenTable,
  remembered: readonly RememberedChoice[],
): NewChoice[] {
  const positions = uniqueNames(header);
  const nameKeys = new Map([...positions].map(([key, position]) => [position, key]));
  const choices = new Map<string, NewChoice>();
  const choose = (position: number, target: NewChoice["target"], beatsExactName: boolean): void => {
    const nameKey = nameKeys.get(position);
    const name = (header[position] ?? "").trim();
    if (nameKey === undefined || isFieldName(name)) return;
    choices.set(nameKey, { name_key: nameKey, name, target, beats_exact_name: beatsExactName });
  };
  const detections = [[], remembered].map((choices) => matchColumns(header, rows, choices, unfit));
  const chosen = FIELD_NAMES.map((field) => ({
    field,
    position: columns.findIndex(({ target }) => target === field),
    detected: detections.map((detection) => detection.findIndex(({ target }) => target === field)),
  }));
  for (const { field, position, detected } of chosen) {
    if (position !== -1) continue;
    for (const other of detected)
      if (other !== -1 && columns[other]?.used_for?.includes(field) !== true) choose(other, "attribute", false);
  }
  for (const { field, position, detected } of chosen) {
    if (position === -1) continue;
    const isDetected = detected.every((other) => other === position);
    if (isDetected && !KNOWN_FIELDS.has(field)) continue;
    choose(
      position,
      field,
      header.some((name, other) => other !== position && isExactName(field, name)),
    );
  }
  return [...choices.values()];
}
