// Loads one chunk inside the caller's transaction: deletes the products that rows of the chunk delete, compares the other rows with the
// products, copies new products, and updates changed ones after archiving their old versions.
import type pg from "pg";
import {
  applyStagedChanges,
  copyNewProducts,
  compareWithProducts,
  stageChanges,
  type Comparison,
  type MergeColumns,
} from "../../catalog/bulk/merge.ts";
import { noteChanged } from "../../catalog/backlog.ts";
import type { ByteWriter } from "../../db/binary/copy-writer.ts";
import { chunkRows, type ChunkRows, type ChunkScratch } from "./chunk-rows.ts";
import { createRowEncoder } from "./encode-rows.ts";
import type { RowEncoder } from "./row-encoder.ts";
import { deleteRows, isDeletion, splitDeletions, type FoundRows } from "./delete-rows.ts";
import { checkMatched, matchRows, type MatchPlan } from "./match-rows.ts";
import { mergeColumnsOf, optionalColumns, type Layout } from "../layout.ts";
import { makeReject } from "../rejects/make-reject.ts";
import type { Records } from "../read/records.ts";
import type { Chunk, ChunkCounts } from "../chunk-store.ts";
import type { Dialect, ImportOptions, Reject, RejectCode } from "../../../contract/imports/imports.ts";

/** The values that all chunks of an import share. */
export interface LoadPlan {
  layout: Layout;
  dialect: Dialect;
  options: Pick<ImportOptions, "mode" | "active">;
  changeset_id: number;
  id_base: number;
  /** How products are found by an attribute; null if they are found by their SKUs. */
  match: MatchPlan | null;
  /** Whether products may be found by their tids (the row positions in PostgreSQL); see `hasTids`. */
  has_tids: boolean;
}

export interface ChunkTimes {
  now_us: number;
  now: string;
}

export interface ChunkInput {
  records: Records;
  writer: ByteWriter;
  scratch: ChunkScratch;
  /** Whether to compare the rows with existing products. If false, the transaction fails with error 23505 when a product already
   * exists. */
  compare: boolean;
}

const NO_ROWS = new Int32Array(0);
/** The comparison's result if no product exists. */
const NO_PRODUCTS: Comparison = { same: NO_ROWS, changed: NO_ROWS, changed_versions: NO_ROWS, changed_tids: null };

export async function loadChunk(
  client: pg.ClientBase,
  plan: LoadPlan,
  chunk: Chunk & ChunkTimes,
  { records, writer, scratch, compare }: ChunkInput,
): Promise<{ counts: ChunkCounts; rejects: Reject[] }> {
  const { layout, dialect } = plan;
  const read = chunkRows(records, chunk.skip, layout, dialect, scratch);
  const matched = plan.match === null ? undefined : await matchRows(client, plan.match, read);
  const all: FoundRows = { rows: matched?.rows ?? read, versions: matched?.versions ?? null };
  const { kept, deletions } = layout.delete < 0 ? { kept: all } : splitDeletions(all, layout, dialect);
  const rejects: Reject[] = [];
  const rejectRecord = (r: number, code: RejectCode, column: number, message?: string): void => {
    const reject = makeReject({ records, layout, dialect }, r, chunk.first_row + r, code, column);
    rejects.push(message === undefined ? reject : { ...reject, message });
  };
  const counts: ChunkCounts = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0 };
  for (const { row, refusal, code, message } of matched?.refused ?? []) {
    const r = read.record[row] as number;
    // The product that this row would delete does not exist, so the row changes nothing.
    if (refusal === "missing" && isDeletion(records, r, layout, dialect)) counts.unchanged++;
    else rejectRecord(r, code, layout.sku, message);
  }
  if (deletions !== undefined) await applyDeletions(client, plan, chunk, deletions, { counts, reject: rejectRecord });
  await applyRows(client, plan, chunk, kept, { counts, reject: rejectRecord, writer, compare });
  return { counts: { ...counts, rejected: rejects.length }, rejects };
}

/** Where to count the rows of a chunk, and how to reject a record. */
interface Outcome {
  counts: ChunkCounts;
  reject: (r: number, code: RejectCode, column: number) => void;
}

/** Deletes the products of the rows. A row whose product does not exist changes nothing. */
async function applyDeletions(
  client: pg.ClientBase,
  { layout, options, changeset_id }: LoadPlan,
  { now }: ChunkTimes,
  deletions: FoundRows,
  { counts, reject }: Outcome,
): Promise<void> {
  const { record } = deletions.rows;
  const existing = await deleteRows(client, deletions, options.mode !== "create", { changeset_id, now });
  counts.unchanged += record.length - existing.length;
  if (options.mode !== "create") counts.deleted += existing.length;
  else for (const row of existing) reject(record[row] as number, "exists_already", layout.sku);
}

/** Creates and updates the products of the rows. */
async function applyRows(
  client: pg.ClientBase,
  plan: LoadPlan,
  chunk: Chunk & ChunkTimes,
  { rows, versions }: FoundRows,
  { counts, reject: rejectRecord, writer, compare }: Outcome & Pick<ChunkInput, "writer" | "compare">,
): Promise<void> {
  const { layout, changeset_id } = plan;
  const encoder = createRowEncoder(rows, layout, plan.dialect, writer);
  // An import that only updates products does not change the spelling of their SKUs.
  const columns: MergeColumns = {
    ...mergeColumnsOf(layout),
    keeps_sku: plan.options.mode === "update" || plan.match !== null,
  };
  let found = NO_PRODUCTS;
  if (compare && rows.record.length > 0) {
    const arrays = encoder.comparisonArrays(columns.keeps_sku === true);
    columns.keeps_texts = arrays.kept_texts !== undefined;
    found = await compareWithProducts(client, columns, arrays, rows.record.length, plan.has_tids);
  }
  if (versions !== null) checkMatched({ versions }, found);
  const { changed, same } = found;
  const reject = (row: number, code: RejectCode, column: number): void => {
    rejectRecord(rows.record[row] as number, code, column);
  };

  const created = creatable(rows, encoder, plan, found, reject);
  if (plan.options.mode === "create")
    for (const row of [...same, ...changed]) reject(row, "exists_already", layout.sku);
  const updated = plan.options.mode === "create" ? NO_ROWS : changed;

  if (created.length > 0) {
    const { now_us, first_row } = chunk;
    const stamp = { changeset_id, id_base: plan.id_base, first_row, active: plan.options.active, now_us };
    await copyNewProducts(client, encoder.newProducts(created, stamp), optionalColumns(layout, stamp.active));
    const idFrom = plan.id_base + first_row;
    const idTo = idFrom + rows.record.length - 1;
    const delta = created.length;
    await noteChanged(client, { changeset_id, id_from: idFrom, id_to: idTo, rows: created.length, delta });
  }
  if (updated.length > 0) {
    await stageChanges(
      client,
      encoder.stagedChanges(updated, found.changed_versions, found.changed_tids, changeset_id, chunk.chunk_no),
    );
    const stage = { changeset_id, part: chunk.chunk_no, now: chunk.now };
    await applyStagedChanges(client, columns, stage, updated.length, plan.has_tids);
  }
  counts.created += created.length;
  counts.updated += updated.length;
  if (plan.options.mode !== "create") counts.unchanged += same.length;
}

/** Returns the rows whose products do not exist and may be created. Rejects rows whose products may not be created. */
function creatable(
  rows: ChunkRows,
  encoder: RowEncoder,
  plan: LoadPlan,
  { same, changed }: Comparison,
  reject: (row: number, code: RejectCode, column: number) => void,
): Int32Array {
  const { layout, options } = plan;
  if (same.length + changed.length === rows.record.length) return NO_ROWS;
  const exists = new Uint8Array(rows.record.length);
  for (const existing of [same, changed]) for (const row of existing) exists[row] = 1;
  const created = new Int32Array(rows.record.length);
  let count = 0;
  for (let row = 0; row < rows.record.length; row++) {
    if (exists[row] === 1) continue;
    if (options.mode === "update") reject(row, "does_not_exist", layout.sku);
    else if (encoder.isBlank(row, layout.name)) reject(row, "name_empty", layout.name);
    else created[count++] = row;
  }
  return created.subarray(0, count);
}
