// HTTP routes of rejected and ignored rows.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { decodeIntegerCursor, toPage } from "../../cursor.ts";
import type { ImportContext } from "../context.ts";
import { requireImport } from "../store.ts";
import { rejectsCsv, rejectsCsvName } from "./rejects-csv.ts";
import { countRejects, listIgnored, listRejects } from "./store.ts";
import {
  download_rejects,
  list_ignored,
  list_rejects,
  MAX_RAW_CHARACTERS,
  memberPlace,
  summarize_rejects,
  type Dialect,
} from "../../../contract/imports/imports.ts";

/** Adds the files and lines of the rows if several files of a zip file were read as one table. */
function withPlaces<Row extends { line: number }>(dialect: Dialect | null, rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const member = memberPlace(dialect, row.line);
    return member === undefined ? row : { ...row, member };
  });
}

export function rejectRoutes(instance: FastifyInstance, { pool }: Pick<ImportContext, "pool">): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_rejects,
    handler: async ({ params: { id }, query: { limit, cursor, code } }) => {
      const after = decodeIntegerCursor("rejects", cursor) ?? 0;
      const { rejected, rejects_listed, dialect } = await requireImport(pool, id);
      const page = { limit: limit + 1, after, code, raw_characters: MAX_RAW_CHARACTERS };
      const found = withPlaces(dialect, await listRejects(pool, id, page));
      return { ...toPage("rejects", found, limit, ({ row }) => [row]), rejected, rejects_listed };
    },
  });

  app.route({
    ...list_ignored,
    handler: async ({ params: { id }, query: { limit, cursor, code } }) => {
      const after = decodeIntegerCursor("ignored", cursor) ?? 0;
      const { ignored, adds, dialect } = await requireImport(pool, id);
      const page = { limit: limit + 1, after, code, raw_characters: MAX_RAW_CHARACTERS };
      const found = withPlaces(dialect, await listIgnored(pool, id, page));
      return { ...toPage("ignored", found, limit, ({ row }) => [row]), ignored, adds };
    },
  });

  app.route({
    ...summarize_rejects,
    handler: async ({ params: { id } }) => {
      const { rejected, rejects_listed } = await requireImport(pool, id);
      return { items: await countRejects(pool, id), rejected, rejects_listed };
    },
  });

  app.route({
    ...download_rejects,
    handler: async ({ params: { id } }, reply) => {
      const import_ = await requireImport(pool, id);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="${rejectsCsvName(import_)}"`)
        .serializer((payload: unknown) => payload as string)
        .send(rejectsCsv(pool, import_) as never);
    },
  });
}
