// HTTP routes of undo.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { OperationContext } from "../context.ts";
import { findOperation } from "../find-operation.ts";
import { listConflicts, type ConflictPosition } from "./conflict-store.ts";
import { previewUndo } from "./preview.ts";
import { startUndo } from "./start.ts";
import { list_conflicts } from "../../../contract/changesets/operations.ts";
import { badCursor, decodeCursor, encodeCursor, toPage } from "../../cursor.ts";
import { Problem } from "../../../contract/problems.ts";
import { undo_changeset } from "../../../contract/changesets/undo.ts";

export function undoRoutes(instance: FastifyInstance, context: OperationContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;

  app.route({
    ...undo_changeset,
    handler: async ({ params: { id }, query: { preview, policy, limit, cursor }, actor }, reply) => {
      if (preview) {
        const after = cursor === undefined ? undefined : positionOf(cursor);
        const { next, ...found } = await previewUndo(context, id, { policy, after, limit });
        return { ...found, next_cursor: next === undefined ? null : encodeCursor(CONFLICT_LIST, keyOf(next)) };
      }
      if (cursor !== undefined)
        throw new Problem("invalid-request", "`cursor` is allowed only together with `preview=true`. Remove it.");
      const operationId = await startUndo(context, id, policy, actor);
      const operation = await findOperation(pool, operationId);
      return reply.code(202).header("location", `/api/operations/${operationId}`).send(operation);
    },
  });

  app.route({
    ...list_conflicts,
    handler: async ({ params: { id }, query: { limit, cursor } }) => {
      await findOperation(pool, id);
      const after = cursor === undefined ? { sku_key: "", id: 0 } : positionOf(cursor);
      const found = await listConflicts(pool, id, after, limit + 1);
      const page = toPage(CONFLICT_LIST, found, limit, keyOf);
      return { ...page, items: page.items.map(({ sku_key: _, ...conflict }) => conflict) };
    },
  });
}

const CONFLICT_LIST = "conflicts";
const keyOf = ({ sku_key, id }: ConflictPosition) => [sku_key, id];

function positionOf(cursor: string): ConflictPosition {
  const [skuKey, id] = decodeCursor(CONFLICT_LIST, cursor);
  if (typeof skuKey !== "string" || !Number.isSafeInteger(id)) throw badCursor();
  return { sku_key: skuKey, id: id as number };
}
