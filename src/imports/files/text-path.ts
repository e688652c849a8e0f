// The path of the text that the scan and the loaders read. This function is not in context.ts, because the server loads
// context.ts and must not load the parsers of all formats with it.
import { preparedPath, uploadedPath, type StoreFolder } from "../context.ts";
import { isPlainText } from "../read/text/prepare-text.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

/** The path of the UTF-8 text that is split into records: the uploaded file itself, or the text that the scan made from it. */
export const textPath = (context: StoreFolder, work: { file: string; scan_token: number }, dialect: Dialect): string =>
  isPlainText(dialect) ? uploadedPath(context, work.file) : preparedPath(context, work);
