// An import as the API shows it: its upload, progress and result.
import { z } from "zod";
import { column, dialect } from "./dialect.ts";
import { IMPORT_STATES } from "./import-names.ts";
import { notice } from "./notices.ts";
import { import_options } from "./options.ts";
import { rejects_listed } from "./rejects.ts";
import { problem_document } from "../problem-document.ts";

export const import_state = z.enum(IMPORT_STATES);

export const WAIT_REASONS = ["disk-full", "file-missing"] as const;

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true });

/** An import with its upload, progress and result. When it is done,
 * rows = created + updated + unchanged + deleted + adds + superseded + rejected + ignored. */
export const import_ = z
  .object({
    id: z.int(),
    state: import_state,
    actor: z.string().describe("Who sent the file: a user, or a user and an API key"),
    filename: z.string(),
    size: count.nullable().describe("Size of the file in bytes; null if the client has not declared it"),
    received: count.describe("Number of bytes received so far"),
    sha256: z.string().nullable(),
    options: import_options,
    dialect: dialect.nullable(),
    columns: z.array(column),
    columns_count: count,
    lines: count.nullable(),
    rows: count.nullable().describe("Number of rows below the header; exact once the whole file has been scanned"),
    scanned: count.describe("Number of bytes scanned so far"),
    created: count,
    updated: count,
    unchanged: count,
    deleted: count.describe("Number of rows that deleted their products, as the mapping defines (`delete_when`)"),
    adds: count.describe("Number of rows that only add values, such as images, to the product of another row"),
    superseded: count.describe("Number of rows that were not applied because another row of the file has the same SKU"),
    rejected: count,
    ignored: count.describe("Number of rows that are not products, such as totals, notes and repeated headers"),
    notices: z.array(notice),
    profile: z
      .object({
        name: z.string(),
        version: z.int(),
        built_in: z.boolean(),
        definition: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("The text of the profile, as the import used it; omitted in lists and streams"),
      })
      .nullable()
      .describe(
        "The profile that the import uses. The client named it, or the server selected it by the columns of the file",
      ),
    rejects_listed,
    fraction: z.number().min(0).max(1).describe("Progress of the whole import, from 0 to 1; never decreases"),
    rows_per_second: count.nullable(),
    created_at: instant,
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    elapsed_ms: z.object({ scan: count, load: count, total: count }),
    changeset_id: z.int().nullable(),
    follows: z
      .int()
      .nullable()
      .describe(
        "The import before this one, if several tables of a zip file are imported one after another; otherwise null",
      ),
    followed_by: z
      .int()
      .nullable()
      .describe(
        "The import of the next table in the zip file, which started when this import was done; otherwise null",
      ),
    upload_expires_at: instant
      .nullable()
      .describe(
        "When the unfinished resumable upload, or the import that waits for an answer, expires; null in all other cases",
      ),
    cancel_requested: z.boolean(),
    wait_reason: z
      .enum(WAIT_REASONS)
      .nullable()
      .describe(
        "Why an unfinished import is waiting; it continues automatically. `disk-full`: the import is waiting for " +
          "free disk space. `file-missing`: no worker finds the uploaded file; if none finds it for 2 minutes, the " +
          "import fails. While an object storage is not available, imports wait with this reason and do not fail",
      ),
    problem: problem_document.nullable(),
    shortened: z
      .boolean()
      .describe(
        "Whether values longer than 1 kB were omitted or truncated, as in lists and streams; `get_import` returns " +
          "the complete values",
      ),
    version: z
      .int()
      .describe(
        "Version of this record, which increases with every change; also sent as the `id:` of server-sent events",
      ),
  })
  .meta({ id: "Import" });
export type Import = z.infer<typeof import_>;

/** An import in lists and streams, where values longer than 1 kB are omitted or truncated. */
export const listed_import = import_
  .extend({
    options: import_options.describe(
      "Options of the import. If the options are longer than 1 kB, `mapping` is omitted",
    ),
    columns: z.array(column).nullable().describe("Columns of the file; null if the list is longer than 1 kB"),
    dialect: dialect
      .nullable()
      .describe("Format of the file. If the format is longer than 1 kB, `sheets` and `members` are omitted"),
    problem: problem_document.nullable().describe("Why the import failed; truncated if longer than 1 kB"),
  })
  .meta({ id: "ListedImport" });
export type ListedImport = z.infer<typeof listed_import>;
