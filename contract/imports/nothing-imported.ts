// The rule for imports that applied no row. Server, page and command line share this rule, so that states, messages and exit codes agree.
import { problemType } from "../problems.ts";
import type { ListedImport } from "./imports.ts";

type Applied = Pick<ListedImport, "created" | "updated" | "unchanged" | "deleted">;

/** Whether no row was applied: all rows were rejected or ignored, or the file has no rows. Such an import fails when it ends. A row that
 * is already up to date counts as applied. */
export const isNothingApplied = ({ created, updated, unchanged, deleted }: Applied): boolean =>
  created + updated + unchanged + deleted === 0;

/** Whether the import ended because it applied no row. Earlier versions stored such an import as `done`. */
export const isNothingImported = (import_: Applied & Pick<ListedImport, "state" | "problem">): boolean =>
  import_.state === "done"
    ? isNothingApplied(import_)
    : import_.state === "failed" && import_.problem?.type === problemType("nothing-imported");
