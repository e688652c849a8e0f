// Reasons that distinguish problems with the same slug. `detail` describes a problem in English. A client that shows problems in another
// language chooses its text by the reason, or by the slug if there is no reason, and inserts the values.

/** The reasons, each with the names of the values that its text needs. */
export const REASONS = {
  "blank-cells": [],
  "empty-sheet": ["sheet"],
  "header-line": ["line"],
  "header-too-wide": ["line", "columns"],
  "quoted-lines": [],
  "mixed-delimiters": [],
  "no-header": ["columns"],
  "old-workbook": [],
  "packed-file": [],
  "data-file": [],
  document: [],
  "not-a-table": [],
  "other-text": [],
  "zip-password": [],
  "zip-without-table": [],
  "zip-with-tables": ["count"],
  "workbook-password": [],
  "binary-workbook": [],
  "office-document": [],
  "parquet-encrypted": [],
  "parquet-feature": [],
  "parquet-empty": [],
  "web-page": [],
  "typographic-quotes": [],
  "too-much-text": [],
  "sheet-missing": ["sheet", "sheets"],
  "not-a-workbook": ["sheet"],
  "member-missing": ["member", "members"],
  "not-a-zip": ["member"],
  "parts-differ": ["first", "second"],
  "column-missing": ["column", "columns"],
  "new-columns": ["profile", "columns"],
  "missing-columns": ["profile", "columns"],
  "unseen-values": ["column", "listed", "count"],
  "rows-rejected": ["rejected", "rows"],
  "strict-rows": ["count"],
  "rows-unloaded": ["first", "last"],
  unanswered: ["hours"],
  "no-worker": [],
  "test-too-large": ["limit"],
  "profile-named": ["name"],
  "mapping-equal-names": ["first", "second"],
  "mapping-template": [],
  "mapping-unknown-placeholder": ["placeholder"],
  "mapping-needs-placeholder": ["placeholder"],
  "mapping-attribute-name": ["name"],
  "mapping-reserved-name": ["name"],
  "mapping-too-deep": ["limit"],
  "mapping-needs": ["members"],
  "mapping-either": ["members"],
  "mapping-pairs": ["members"],
  "mapping-list": [],
  "mapping-too-large": [],
  "mapping-hold": [],
  "mapping-number": [],
  "mapping-date": [],
  "mapping-equal-values": [],
  "mapping-same-attribute": ["name"],
  "mapping-same-column": ["column"],
  "mapping-format": [],
  "mapping-too-many-names": ["limit"],
  "mapping-lacks-columns": [],
  "mapping-looked-up-key": [],
  "mapping-no-table": ["table"],
  "mapping-table-too-large": ["table", "limit"],
  "mapping-products-too-large": ["limit"],
  "mapping-too-scattered": ["limit"],
  "not-xml": ["line"],
  "not-json": ["line"],
  "json-one-record": [],
  "record-kinds": ["kinds"],
  "tree-no-records": [],
  "tree-record-missing": ["record"],
  "tree-long-records": ["limit", "line"],
  "tree-many-paths": ["limit"],
  "mapping-path": ["limit"],
  "mapping-table-path": [],
  "mapping-around-records": ["limit"],
  "mapping-too-much-text": [],
  "mapping-filled-key": ["column", "member"],
  "mapping-early-value": [],
  "password-too-short": ["min"],
  "password-too-long": ["max"],
  "password-of-name": [],
  "password-breached": [],
  "passwords-off": [],
  "password-elsewhere": [],
  "no-second-factor": [],
  "set-up-code": [],
} as const satisfies Record<string, readonly string[]>;

export type Reason = keyof typeof REASONS;
export type ReasonValues = Record<string, string | number>;

/** The members of a problem that name its reason. */
export interface Because {
  reason: Reason;
  values: ReasonValues;
}

type ValuesOf<Given extends Reason> = Record<(typeof REASONS)[Given][number], string | number>;

/** Returns the members of a problem that name its reason and the values of its text. */
export const because = <Given extends Reason>(
  reason: Given,
  ...[values]: [(typeof REASONS)[Given][number]] extends [never] ? [] : [values: ValuesOf<Given>]
): Because & Record<string, unknown> => ({ reason, values: values ?? {} });
