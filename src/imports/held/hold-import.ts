// Holds an import whose scan has found a question, and continues it once the client has answered.
import { isScannedBy, isUnchanged, type ScanId } from "../fencing.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import { emitImport } from "../emit-import.ts";
import { finishImport } from "../finish-import.ts";
import { noSuchImport, readImportWork } from "../store.ts";
import { readNamedProfile } from "../../profiles/known-profiles.ts";
import { answeredOptions, choosesColumns, replacesProfile, type Answer } from "./answer.ts";
import { forgetProfile, listUnanswered, lockOptions, markContinued, markHeld } from "./store.ts";
import { problemOf, toProblemDocument, type ProblemDocument } from "../../../contract/problem-document.ts";
import { Problem } from "../../../contract/problems.ts";
import { isQuestion } from "../../../contract/imports/question.ts";
import { because } from "../../../contract/problem-reasons.ts";

/** Number of hours for which an import waits for its answer. */
const KEPT_HOURS = 24;

export const isQuestionOfScan = (error: unknown): error is Problem =>
  error instanceof Problem && isQuestion(error.extra);

/**
 * Holds the import until its question is answered. The file is kept, and nothing is written to the catalogue. Does nothing if the import
 * was cancelled or taken over, or if its upload is still running. After the upload, the import is scanned again.
 */
export async function holdImport({ pool, log }: ImportContext, scan: ScanId, question: Problem): Promise<void> {
  const isHeld = await withTransaction(pool, async (client) => {
    if (!(await isScannedBy(client, scan))) return false;
    if (!(await markHeld(client, scan, toProblemDocument(question), KEPT_HOURS))) return false;
    await emitImport(client, scan.id, "import.held");
    return true;
  });
  if (isHeld) log.info({ import_id: scan.id, question: question.slug }, "import held");
}

/** Scans a held import again, with changed options. @throws Problem not-found, not-held */
export async function continueImport(context: ImportContext, id: number, answer: Answer): Promise<void> {
  await readNamedProfile(context.pool, answer);
  const isContinued = await withTransaction(context.pool, async (client) => {
    const stored = await lockOptions(client, id);
    if (stored === undefined) throw noSuchImport(id);
    const options = answeredOptions(stored.options, answer);
    const isMarked = await markContinued(client, id, options, choosesColumns(answer));
    if (isMarked && replacesProfile(answer)) await forgetProfile(client, id);
    // If the import belongs to no store, no worker can scan it now. The next server that starts adopts it (openFileStore), and a worker
    // then takes it over.
    if (isMarked && stored.store_id !== null) await context.sendScan(client, id, stored.store_id);
    return isMarked;
  });
  if (isContinued) return;
  throw notHeld(id, (await readImportWork(context.pool, id))?.state ?? "deleted");
}

export const notHeld = (id: number, state: string): Problem =>
  new Problem("not-held", `Import ${id} is not waiting for an answer: it is ${state}.`);

/** Ends held imports whose question was not answered in time. */
export async function endUnanswered(context: ImportContext): Promise<void> {
  for (const { id, version, problem } of await listUnanswered(context.pool))
    await finishImport(context, id, "failed", unanswered(problem), (client) => isUnchanged(client, { id, version }));
}

function unanswered(question: ProblemDocument): Problem {
  const { slug, message } = problemOf(question);
  return new Problem(
    slug,
    `${message} The question was not answered within ${KEPT_HOURS.toString()} hours, so nothing was imported. Upload the file again.`,
    { extra: because("unanswered", { hours: KEPT_HOURS }) },
  );
}
