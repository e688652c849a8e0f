// Writes the table of an XML, JSON or Parquet file to a new file. Only the last record shows which columns the table has, and which of them
// contain lists.
import { createReadStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "../../text/new-file.ts";
import type { TableWriter } from "./table-writer.ts";

export interface TableTarget {
  path: string;
  signal: AbortSignal | undefined;
  checkSpace: SpaceCheck | undefined;
}

/** Writes the file. Returns the writer, which now knows all columns of the table.
 * @param create returns a new writer. `lists` are the names of the columns that are known to contain lists
 * @param linesOf yields the lines of all records */
export async function writeTableFile(
  target: TableTarget,
  create: (lists: ReadonlySet<string>) => TableWriter,
  linesOf: (writer: TableWriter) => AsyncIterable<Buffer>,
): Promise<TableWriter> {
  const { path } = target;
  const corrected = `${path}.rows`;
  try {
    let header: Buffer = Buffer.alloc(0);
    const writer = await writeRows(create, (written) =>
      writeFile(
        path,
        withHeader(linesOf(written), () => (header = written.header())),
        target,
      ),
    );
    const last = writer.header();
    if (!last.equals(header)) {
      // Later records have added columns, so the line of the names must be written again.
      const rows = createReadStream(path, { start: header.length });
      await writeFile(
        corrected,
        withHeader(rows, () => last),
        target,
      );
      await rename(corrected, path);
    }
    return writer;
  } finally {
    await rm(corrected, { force: true });
  }
}

export async function writeFile(
  path: string,
  chunks: AsyncIterable<Buffer>,
  { signal, checkSpace }: TableTarget,
): Promise<void> {
  const file = await createNewFile(path);
  await pipeline(waitForSpace(chunks, checkSpace), file, signal ? { signal } : {});
  await checkNewFile(file);
}

/** Writes the rows, and writes them again if it turns out late which columns have lists. */
export async function writeRows(
  create: (lists: ReadonlySet<string>) => TableWriter,
  write: (writer: TableWriter) => Promise<void>,
): Promise<TableWriter> {
  const writer = create(new Set());
  await write(writer);
  if (writer.ambiguous.size === 0) return writer;
  const second = create(writer.ambiguous);
  await write(second);
  return second;
}

/** Yields the header line before the first rows. The line contains the columns that are known when the first rows are ready. */
async function* withHeader(rows: AsyncIterable<Buffer>, headerOf: () => Buffer): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of rows) {
    if (isFirst) yield headerOf();
    isFirst = false;
    yield chunk;
  }
}
