// The end of an import, whatever it is: one terminal state, and nothing left behind.
import { unlink } from "node:fs/promises";
import { withTransaction } from "../db/connect.ts";
import { transcodedPath, uploadedPath, type ImportContext } from "./context.ts";
import { emitImport } from "./emit-import.ts";
import { scratchPaths } from "./read/prepare-text.ts";
import { markFinished, readImportWork } from "./store.ts";
import { toProblemDocument } from "../../contract/problem-document.ts";
import { Problem } from "../../contract/problems.ts";

type EndContext = Pick<ImportContext, "pool" | "files_dir" | "log">;

const TOLD_AS = { done: "import.completed", cancelled: "import.cancelled", failed: "import.failed" } as const;

/** Ends the import unless it has ended already. */
export async function finishImport(
  context: EndContext,
  import_id: number,
  state: "done" | "cancelled" | "failed",
  cause: unknown = null,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, import_id));
  const ended = await withTransaction(context.pool, async (client) => {
    const met = await markFinished(client, import_id, state, problem);
    if (met) await emitImport(client, import_id, TOLD_AS[state]);
    return met;
  });
  const work = await readImportWork(context.pool, import_id);
  if (work !== undefined) await removeFiles(context, work.file);
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

async function removeFiles(context: EndContext, file: string): Promise<void> {
  const text = transcodedPath(context, file);
  for (const path of [uploadedPath(context, file), text, ...scratchPaths(text)]) {
    await unlink(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        context.log.warn({ path, err: error }, "cannot remove an import's file");
    });
  }
}
