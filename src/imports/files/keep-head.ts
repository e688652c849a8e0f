// Keeps the first part of the text that a scan made from a file of another format, while the import is held. Previews of the held import
// read it, because a large workbook cannot be converted again for each preview.
import { rm, stat, truncate } from "node:fs/promises";
import { preparedPath, productsPath, type ImportContext } from "../context.ts";
import { KEPT_TEXT_BYTES } from "../read/text/kept-file.ts";
import { positionsPath } from "../read/tree/source/source-positions.ts";
import { unpackedPath } from "../read/tree/source/source-text.ts";
import { removeTexts } from "./remove-files.ts";

type Work = { id: number; file: string; scan_token: number };

export async function keepHead(context: Pick<ImportContext, "store" | "log">, work: Work): Promise<void> {
  const path = preparedPath(context, work);
  // A held import does not need the file of formed products. If the uploaded file is packed, its unpacked copy is deleted too, because the
  // copy can be large. The positions of the records refer to this copy, and are deleted with it. If the uploaded file is not packed, the
  // positions are kept: previews use them to show the records of rejected rows.
  const isPacked = await exists(unpackedPath(path));
  const unneeded = isPacked ? [unpackedPath(path), positionsPath(path)] : [];
  for (const file of [productsPath(context, work), ...unneeded]) await rm(file, { force: true });
  try {
    if ((await stat(path)).size > KEPT_TEXT_BYTES) await truncate(path, KEPT_TEXT_BYTES);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    context.log.warn({ import_id: work.id, err: error }, "cannot keep the first rows of a held import");
    await removeTexts(context, work, work.scan_token);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
