// The end of an import, whatever it is: one terminal state, and nothing left behind.
import type pg from "pg";
import { withTransaction } from "../db/connection/connect.ts";
import type { ImportContext } from "./context.ts";
import { emitImport } from "./emit-import.ts";
import { removeImportFiles } from "./remove-files.ts";
import { markFinished, readImportWork } from "./store.ts";
import { isTerminal } from "../../contract/imports/imports.ts";
import { toProblemDocument } from "../../contract/problem-document.ts";
import { Problem } from "../../contract/problems.ts";

type EndContext = Pick<ImportContext, "pool" | "files_dir" | "log">;

const TOLD_AS = { done: "import.completed", cancelled: "import.cancelled", failed: "import.failed" } as const;

/** Ends the import unless it has ended already.
 * @param isDue asked in the transaction that ends the import: false leaves the import as it is */
export async function finishImport(
  context: EndContext,
  importId: number,
  state: "done" | "cancelled" | "failed",
  cause: unknown = null,
  isDue?: (client: pg.ClientBase) => Promise<boolean>,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, importId));
  const { ended, work } = await withTransaction(context.pool, async (client) => {
    const isPending = isDue === undefined || (await isDue(client));
    const met = isPending && (await markFinished(client, importId, state, problem));
    if (met) await emitImport(client, importId, TOLD_AS[state]);
    return { ended: met, work: await readImportWork(client, importId) };
  });
  if (work !== undefined && isTerminal(work.state)) await removeImportFiles(context, work.file);
  if (!ended) return;
  if (state === "failed" && !(cause instanceof Problem))
    context.log.error({ import_id: importId, err: cause }, "import failed");
  else context.log.info({ import_id: importId, state }, "import ended");
}

/** The caller learns what it can act on; the rest is in the log. */
function asProblem(cause: unknown, importId: number): Problem {
  if (cause instanceof Problem) return cause;
  if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
    return new Problem("file-missing", "The uploaded file is no longer in the data folder. Send it again.", { cause });
  }
  return new Problem(
    "internal-error",
    `The import stopped on an error. The server's log names it under import_id ${importId}.`,
    {
      cause,
    },
  );
}
