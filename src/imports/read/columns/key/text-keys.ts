// Lists the columns of texts that can identify the products of a file without codes, such as the names of a shop's price list.
import type { Column } from "../../../../../contract/imports/imports.ts";
import type { KeyCandidate } from "./key-values.ts";
import { nameCandidates } from "../judge-name.ts";
import { hasOtherMeaning } from "../other-meanings.ts";

/** A column of texts is offered as the key only if at most this share of its cells is blank, and at least this share of its values is
 * different. */
const MAX_BLANKS = 0.1;
const MIN_DISTINCT = 0.5;

export const textKeys = (columns: readonly Column[], rows: readonly (readonly string[])[]): KeyCandidate[] =>
  nameCandidates(
    columns.map((column) => (column.target === "name" ? { ...column, target: "attribute" } : column)),
    rows,
  )
    .filter(
      ({ value, blanks, distinct }) => blanks <= MAX_BLANKS && distinct >= MIN_DISTINCT && !hasOtherMeaning(value),
    )
    .map((candidate) => ({ ...candidate, reason: "contains texts instead of codes" }));
