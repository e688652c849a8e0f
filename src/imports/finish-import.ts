// Ends an import: sets its final state, emits its event and removes its files.
import type pg from "pg";
import { withTransaction } from "../db/connection/connect.ts";
import { readFinalCounts } from "./chunk-store.ts";
import type { ImportContext } from "./context.ts";
import { emitImport } from "./emit-import.ts";
import { removeImportFiles, removeTexts } from "./files/remove-files.ts";
import { isFollowed, startNext } from "./members/start-next.ts";
import { noteUse } from "../profiles/note-use.ts";
import { nothingImported } from "./problems.ts";
import { countRejects } from "./rejects/store.ts";
import { markFinished, markFinishing } from "./progress-store.ts";
import { readImportWork } from "./store.ts";
import { isTerminal } from "../../contract/imports/imports.ts";
import { isNothingApplied } from "../../contract/imports/nothing-imported.ts";
import { toProblemDocument, type ProblemDocument } from "../../contract/problem-document.ts";
import { Problem } from "../../contract/problems.ts";

type EndContext = Pick<ImportContext, "pool" | "store" | "log" | "sendScan">;

export type FinalState = "done" | "cancelled" | "failed";

const EVENT_TYPES = {
  done: "import.completed",
  cancelled: "import.cancelled",
  failed: "import.failed",
} as const satisfies Record<FinalState, string>;

/** Ends the import unless it has ended already. If `state` is `done`, but no row was applied, the import fails.
 * @param isDue called in the transaction that ends the import; if it returns false, the import stays unchanged */
export async function finishImport(
  context: EndContext,
  importId: number,
  state: FinalState,
  cause: unknown = null,
  isDue?: (client: pg.ClientBase) => Promise<boolean>,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, importId));
  const { hasEnded, work, is_followed } = await withTransaction(context.pool, async (client) => {
    const isAllowed = isDue === undefined || (await isDue(client));
    const end = state === "done" ? await endOfLoaded(client, importId) : { state, problem };
    const hasEnded = isAllowed && (await markFinished(client, importId, end.state, end.problem));
    if (hasEnded) await emitImport(client, importId, EVENT_TYPES[end.state]);
    if (hasEnded && end.state === "done") {
      await noteUse(client, importId);
      await startNext(context, client, importId);
    }
    const work = await readImportWork(client, importId);
    return { hasEnded, work, is_followed: await isFollowed(client, importId) };
  });
  // Keep the uploaded file if the import of the next table in the zip file needs it.
  if (work !== undefined && isTerminal(work.state))
    await (is_followed ? removeTexts(context, work, work.scan_token) : removeImportFiles(context, work.file));
  if (!hasEnded) return;
  if (state === "failed" && !(cause instanceof Problem))
    context.log.error({ import_id: importId, err: cause }, "import failed");
  else context.log.info({ import_id: importId, state: work?.state }, "import ended");
}

/** Returns the final state of an import whose chunks are all loaded. */
async function endOfLoaded(
  client: pg.ClientBase,
  importId: number,
): Promise<{ state: FinalState; problem: ProblemDocument | null }> {
  const counts = await readFinalCounts(client, importId);
  if (!isNothingApplied(counts)) return { state: "done", problem: null };
  const [mostFrequent] = await countRejects(client, importId);
  return { state: "failed", problem: toProblemDocument(nothingImported(counts, mostFrequent)) };
}

/** Ends an import that has no chunk left or was cancelled. */
export async function concludeLoading(context: EndContext, importId: number): Promise<void> {
  await markFinishing(context.pool, importId);
  const work = await readImportWork(context.pool, importId);
  if (work?.state === "finishing") await finishImport(context, importId, "done");
  else if (work?.state === "loading" && work.cancel_requested) await finishImport(context, importId, "cancelled");
}

/** Returns the problem to show to clients. An error that clients cannot act on becomes a general problem; the log has the details. */
function asProblem(cause: unknown, importId: number): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem(
    "internal-error",
    `The import stopped because of an unexpected error in the server. Try again. If it happens again, give the import number ${importId} to the administrator: the server's log has the details under import_id ${importId}.`,
    { cause },
  );
}
