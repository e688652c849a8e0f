// Forms products from the sampled rows of a preview, as an import forms them from the whole file.
import { layoutOf } from "../layout.ts";
import type { IgnoredRow, Dialect } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import type { PlannedColumns } from "../options/plan-columns.ts";
import type { Head } from "../read/read-head.ts";
import type { Table } from "../read/read-records.ts";
import type { Records } from "../read/records.ts";
import type { StoredReject } from "../rejects/make-reject.ts";
import { groupNotices } from "../scan/shaped/group-notices.ts";
import { createLeftList } from "../scan/shaped/left-records.ts";
import { createRefuser } from "../scan/shaped/refuse-records.ts";
import { formInMemory, type FormedInMemory } from "../shape/form-in-memory.ts";
import type { Repeats } from "../shape/collect-sources.ts";
import { splitProducts } from "../shape/products-text.ts";
import type { ShapedPlan } from "../shape/record-judge.ts";

interface Sample {
  records: Records;
  table: Omit<Table, "columns"> & PlannedColumns;
  dialect: Dialect;
  entries: Head["entries"];
  repeats: Repeats;
}

export interface FormedSample {
  /** The records of the formed products. */
  records: Records;
  notes: FormedInMemory["notes"];
  /** The rows that do not become products. */
  left: (StoredReject | IgnoredRow)[];
  rejected: number;
  ignored: number;
  adds: number;
  notices: Notice[];
}

export function formSample(
  plan: ShapedPlan,
  { records, table, dialect, entries, repeats }: Sample,
  listed: number,
): FormedSample {
  const left = createLeftList(table.columns, dialect, listed);
  const refusalOf = createRefuser(table, plan, dialect)(records);
  const formed = formInMemory(
    plan,
    { records, dialect, refusalOf, repeats, ...(entries === undefined ? {} : { entries }) },
    left,
  );
  return {
    records: splitProducts(formed.text, layoutOf(plan.columns)),
    notes: formed.notes,
    left: left.take(),
    rejected: left.rejected,
    ignored: left.ignored,
    adds: left.adds,
    notices: groupNotices(plan, formed.counts, records.count),
  };
}
