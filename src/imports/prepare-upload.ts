// An upload that is no plain text is rewritten as one before it is scanned.
import { transcodedPath, uploadedPath, type ImportContext } from "./context.ts";
import { prepareText } from "./read/prepare-text.ts";
import { readImportWork, type ImportWork } from "./store.ts";
import type { Dialect, DialectOverrides, ImportOptions } from "../../contract/imports.ts";

/** How often a cancel is looked for. */
const LOOK_MS = 200;

/** A workbook takes some seconds, in which a cancel must be noticed too; undefined = there was one. */
export async function prepareUnlessCancelled(
  context: ImportContext,
  work: ImportWork,
  overrides: DialectOverrides,
  signal: AbortSignal,
): Promise<Dialect | undefined> {
  const cancelled = new AbortController();
  const timer = setInterval(() => {
    readImportWork(context.pool, work.id)
      .then((now) => {
        if (now?.cancel_requested === true) cancelled.abort();
      })
      // The next look tells.
      .catch(() => undefined);
  }, LOOK_MS);
  try {
    const target = transcodedPath(context, work.file);
    return await prepareText(
      uploadedPath(context, work.file),
      target,
      overrides,
      AbortSignal.any([signal, cancelled.signal]),
    );
  } catch (error) {
    if (cancelled.signal.aborted && !signal.aborted) return undefined;
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** What the sender has said of the file. */
export const overridesOf = ({
  encoding,
  delimiter,
  quote,
  escape,
  header,
  preamble,
  formula_escape,
  sheet,
}: ImportOptions): DialectOverrides => ({
  ...(encoding === undefined ? {} : { encoding }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(quote === undefined ? {} : { quote }),
  ...(escape === undefined ? {} : { escape }),
  ...(header === undefined ? {} : { header }),
  ...(preamble === undefined ? {} : { preamble }),
  ...(formula_escape === undefined ? {} : { formula_escape }),
  ...(sheet === undefined ? {} : { sheet }),
});
