// Holds an import whose scan has found a question, and continues it once the client has answered.
import { isScannedBy, isUnchanged, type ScanId } from "../fencing.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import { emitImport } from "../emit-import.ts";
import { finishImport } from "../finish-import.ts";
import { readImport } from "../store.ts";
import { readNamedProfile } from "../../profiles/known-profiles.ts";
import { forgetProfile, listUnanswered, markContinued, markHeld } from "./store.ts";
import type { continue_options, Import } from "../../../contract/imports/imports.ts";
import { problemOf, toProblemDocument, type ProblemDocument } from "../../../contract/problem-document.ts";
import { Problem } from "../../../contract/problems.ts";
import { isQuestion } from "../../../contract/imports/question.ts";
import type { z } from "zod";

/** Number of hours for which an import waits for its answer. */
const KEPT_HOURS = 24;

export const isQuestionOfScan = (error: unknown): error is Problem =>
  error instanceof Problem && isQuestion(error.extra);

/** Holds the import until its question is answered. The file is kept, and nothing is written to the catalogue. Does nothing if the
 * import was cancelled or taken over, or if its upload is still running: it is then scanned again when the file is complete. */
export async function holdImport({ pool, log }: ImportContext, scan: ScanId, question: Problem): Promise<void> {
  const isHeld = await withTransaction(pool, async (client) => {
    if (!(await isScannedBy(client, scan))) return false;
    if (!(await markHeld(client, scan, toProblemDocument(question), KEPT_HOURS))) return false;
    await emitImport(client, scan.id, "import.held");
    return true;
  });
  if (isHeld) log.info({ import_id: scan.id, question: question.slug }, "import held");
}

/** Scans a held import again, with changed options. @throws Problem not-held */
export async function continueImport(
  context: ImportContext,
  { id, options }: Pick<Import, "id" | "options">,
  answer: z.infer<typeof continue_options>,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
  // The stored options may contain the mapping of the current profile. Remove it if the answer names another profile.
  const { mapping: _, ...withoutMapping } = options;
  const changed = { ...(answer.profile === undefined ? options : withoutMapping), ...given };
  await readNamedProfile(context.pool, answer);
  const isContinued = await withTransaction(context.pool, async (client) => {
    const isMarked = await markContinued(client, id, changed);
    if (isMarked && (answer.profile !== undefined || answer.mapping !== undefined)) await forgetProfile(client, id);
    if (isMarked) await context.sendScan(client, id);
    return isMarked;
  });
  if (isContinued) return;
  const state = (await readImport(context.pool, id))?.state ?? "deleted";
  throw new Problem("not-held", `Import ${id} does not wait for an answer: it is ${state}.`);
}

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
  );
}
