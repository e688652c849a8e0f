// The HTTP of undo.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { OperationContext } from "../context.ts";
import { findOperation } from "../find-operation.ts";
import { listConflicts, type ConflictPlace } from "./conflict-store.ts";
import { previewUndo } from "./preview.ts";
import { startUndo } from "./start.ts";
import { list_conflicts } from "../../../contract/changesets/operations.ts";
import { Problem } from "../../../contract/problems.ts";
import { undo_changeset } from "../../../contract/changesets/undo.ts";

export function undoRoutes(instance: FastifyInstance, context: OperationContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;

  app.route({
    ...undo_changeset,
    handler: async ({ params: { id }, query: { preview, policy, limit, cursor }, actor }, reply) => {
      if (preview) {
        const after = cursor === undefined ? undefined : placeOf(cursor);
        const { next, ...found } = await previewUndo(context, id, { policy, after, limit });
        return { ...found, next_cursor: next === undefined ? null : cursorOf(next) };
      }
      if (cursor !== undefined) throw new Problem("invalid-request", "A cursor belongs to a preview only.");
      const operationId = await startUndo(context, id, policy, actor);
      const operation = await findOperation(pool, operationId);
      return reply.code(202).header("location", `/api/operations/${operationId}`).send(operation);
    },
  });

  app.route({
    ...list_conflicts,
    handler: async ({ params: { id }, query: { limit, cursor } }) => {
      await findOperation(pool, id);
      const found = await listConflicts(
        pool,
        id,
        cursor === undefined ? { sku_key: "", id: 0 } : placeOf(cursor),
        limit,
      );
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        items: found.map(({ sku_key: _, ...conflict }) => conflict),
        next_cursor: last === undefined ? null : cursorOf(last),
      };
    },
  });
}

const cursorOf = ({ sku_key, id }: ConflictPlace): string =>
  Buffer.from(JSON.stringify([sku_key, id])).toString("base64url");

function placeOf(cursor: string): ConflictPlace {
  try {
    const [skuKey, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof skuKey === "string" && !skuKey.includes("\0") && Number.isSafeInteger(id)) {
      return { sku_key: skuKey, id: id as number };
    }
  } catch {
    // told below
  }
  throw new Problem("invalid-request", "The cursor is not one that this list gave. Begin without it.");
}
