// The first products of a file as an import would store them, for `skuport read`.
import { completeOptions, type Dialect, type GivenOptions, type Preview } from "../../../contract/imports/imports.ts";
import type { PlannedColumns } from "../../imports/options/plan-columns.ts";
import { createFit, fitRecords } from "../../imports/read/fit/fit-records.ts";
import { shapesOf } from "../../imports/read/fit/column-shapes.ts";
import type { Table } from "../../imports/read/read-records.ts";
import type { Records } from "../../imports/read/records.ts";

/** Maximum number of products, and maximum number of rejects, in the sample. */
const SHOWN = 20;

export type Sample = Pick<Preview, "products" | "rejects" | "deleted"> & {
  /** Why an import of the sample would fail or ask a question; null if it would do neither. */
  problem: string | null;
};

export interface ProductSampler {
  /** Makes the sample from the first call with at least one record. Later calls have no effect. */
  take(
    records: Records,
    table: Omit<Table, "columns"> & PlannedColumns,
    dialect: Dialect,
    options: GivenOptions,
  ): Promise<void>;
  readonly sample: Sample;
}

export function createProductSampler(): ProductSampler {
  let isTaken = false;
  let sample: Sample = { products: [], rejects: [], deleted: 0, problem: null };
  return {
    async take(records, table, dialect, options) {
      if (isTaken || records.count === 0) return;
      isTaken = true;
      const { isKeyKnown, scanSample } = await import("../../imports/preview/preview.ts");
      if (!isKeyKnown(table)) return;
      const fit = createFit(table.columns.length, dialect, shapesOf(table));
      const fitted = fitRecords(records, fit).next().value ?? records;
      const { products, rejects, deleted, problem } = scanSample(
        { records: fitted, table, dialect, entries: table.entries, offset: 0, doubt: undefined },
        completeOptions(options),
        SHOWN,
      );
      sample = { products, rejects, deleted, problem: problem?.message ?? null };
    },
    get sample() {
      return sample;
    },
  };
}
