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
  import_id: number,
  state: "done" | "cancelled" | "failed",
  cause: unknown = null,
  isDue?: (client: pg.ClientBase) => Promise<boolean>,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, import_id));
  const { ended, work } = await withTransaction(context.pool, async (client) => {
    const is_due = isDue === undefined || (await isDue(client));
    const met = is_due && (await markFinished(client, import_id, state, problem));
    if (met) await emitImport(client, import_id, TOLD_AS[state]);
    return { ended: met, work: await readImportWork(client, import_id) };
  });
  if (work !== undefined && isTerminal(work.state)) await removeImportFiles(context, work.file);
  if (!ended) return;
  if (state === "failed" && !(cause instanceof Problem)) context.log.error({ import_id, err: cause }, "import failed");
  else context.log.info({ import_id, state }, "import ended");
}

/** The caller learns what it can act on; the rest is in the log. */
function asProblem(cause: unknown, import_id: number): Problem {
  if (cause instanceof Problem) return cause;
  if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
    return new Problem("file-missing", "The uploaded file is no longer in the data folder. Send it again.", { cause });
  }
  return new Problem(
    "internal-error",
    `The import stopped on an error. The server's log names it under import_id ${import_id}.`,
    {
      cause,
    },
  );
}
