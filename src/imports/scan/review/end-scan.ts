// Ends the scan of a whole file: raises the questions that only the whole file can show, or starts loading.
import { retryTransient } from "../../../db/connection/connect.ts";
import { countKeys } from "../../../catalog/store.ts";
import { choicesOf } from "../../choices/choices-of.ts";
import type { Layout } from "../../layout.ts";
import { textsOf } from "../../files/remove-files.ts";
import { findProducts } from "../../match/find-products.ts";
import { isKeyChosen } from "../../options/plan-columns.ts";
import { strictProblem } from "../../problems.ts";
import { needsReview, reviewOf } from "./review.ts";
import { questionOfRepeats } from "../profile/repeated-key.ts";
import type { RowScan } from "../rows/row-scan.ts";
import { fenced, type JudgedTable, type Run } from "../scan-run.ts";
import type { Scanner } from "../scanner.ts";
import { startLoading } from "../start-loading.ts";
import { noteNotices, noteScanned, type ScanProgress } from "../store.ts";
import { noNameColumn, problemOfKey } from "../table-problems.ts";
import { completeOptions } from "../../../../contract/imports/imports.ts";
import type { Problem } from "../../../../contract/problems.ts";

/** A scan that has read the whole file. */
export interface CompleteScan {
  table: JudgedTable;
  rows: RowScan;
  textEnd: number;
  found: ScanProgress;
}

/** Starts loading.
 * @throws Problem if the whole file raises a question, if its columns must be reviewed, or if a strict import has rejected rows */
export async function endScan(run: Run, scan: CompleteScan): Promise<void> {
  const { context, work, signal } = run;
  const { table, rows, textEnd, found } = scan;
  const { layout, scanner, notes } = rows;
  const fail = async (problem: Problem): Promise<never> => {
    await fenced(run, () => noteScanned(context.pool, work, found));
    throw problem;
  };
  const question = notes?.question(table.plan?.names ?? []) ?? (await questionOfScan(run, table, layout, scanner));
  if (question !== undefined) await fail(question);
  const isReviewed = found.rows > 0 && needsReview(work, table);
  if (work.options.strict && found.rejected > 0 && !isReviewed) await fail(strictProblem(found.rejected));
  const match = work.options.mapping?.match;
  if (match !== undefined)
    await fenced(run, () =>
      findProducts(context, work, match, { rows: scanner.rows, rowOf: (key) => scanner.rowOf(key) }, signal),
    );
  const notices = rows.notices();
  if (notices.length > 0) await fenced(run, () => noteNotices(context.pool, work, notices));
  if (isReviewed) await fail(await reviewOf(run, layout, scanner, found));
  const chunks = scanner.chunks(textEnd);
  // Loaders of other hosts read the texts too.
  await context.store.share(textsOf(work), signal);
  // Free the memory of the keys before the loaders allocate theirs.
  scanner.release();
  const choices = work.answered && work.profile === null ? choicesOf(table, table.remembered) : [];
  const start = (): Promise<void> => startLoading(context, work, found, { chunks, choices });
  await retryTransient(start, { signal, waits_for_space: true });
}

/** Maximum number of keys by which the scan looks for existing products. */
const TRIED_KEYS = 1000;
/** Without names, rows of products that do not exist are rejected. The import therefore asks for the column of names if the catalogue has
 * less than this share of the products. In two cases, it asks only if the catalogue has none of them: the file has fewer than FEW_KEYS
 * products, or a mapping shows that the file has no names. Such a file can be the stock list of a supplier, with more products than the
 * catalogue has. */
const MIN_KNOWN = 0.5;
const FEW_KEYS = 20;

/** Returns a question that only the whole file raises: whether another column is the key, or which column contains the names of
 * products that do not exist yet. */
async function questionOfScan(
  { context, work }: Run,
  table: JudgedTable,
  { name }: Layout,
  scanner: Scanner,
): Promise<Problem | undefined> {
  const question = isKeyChosen(work.options)
    ? questionOfRepeats(work.options, work.profile?.name, scanner.key_figures)
    : problemOfKey(table, scanner.key_figures);
  const { mode, mapping } = completeOptions(work.options);
  // With `match`, the keys are values of an attribute and not SKUs, so they cannot show whether products exist. The import changes existing
  // products, and rejects each row that would create a product without a name.
  const isMatched = mapping?.match !== undefined;
  if (question !== undefined || name >= 0 || mode === "update" || isMatched) return question;
  // If all rows delete products, no row needs a name.
  if (scanner.distinct_keys === scanner.deletions) return undefined;
  const tried = scanner.first_keys.slice(0, TRIED_KEYS);
  const known = mode === "create" ? 0 : await countKeys(context.pool, tried);
  const isUpdate = known > 0 && (mapping !== undefined || tried.length < FEW_KEYS || known >= tried.length * MIN_KNOWN);
  return isUpdate ? undefined : noNameColumn(table);
}
