// HTTP routes that list, show, watch and cancel operations, and the route that starts a bulk change.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { decodeIntegerCursor, toPage } from "../cursor.ts";
import { OPERATION_CHANNEL } from "../events/channels.ts";
import type { Listener } from "../events/listen.ts";
import type { SendStates, StateSource } from "../events/state-stream.ts";
import type { OperationContext } from "./context.ts";
import { findOperation, noSuchOperation } from "./find-operation.ts";
import { concludeOperation } from "./executor.ts";
import { checkSet, checkSkus } from "./bulk/bulk.ts";
import { createFilterStarter } from "./bulk/start-on-filter.ts";
import { startOnSkus } from "./bulk/start-on-skus.ts";
import { listOperations, readListedOperation, requestCancel } from "./store.ts";
import { undoRoutes } from "./undo/routes.ts";
import {
  cancel_operation,
  change_products,
  get_operation,
  isOperationOver,
  list_operations,
  watch_operation,
  type Operation,
  type OperationState,
} from "../../contract/changesets/operations.ts";
import { Problem } from "../../contract/problems.ts";

export interface OperationRoutesContext extends OperationContext {
  listener: Listener;
  sendStates: SendStates;
}

/** Maximum size of a request body: 10,000 SKUs of 255 characters, at six bytes of JSON for each character. */
const BULK_BODY_BYTES = 16 << 20;

export function operationRoutes(instance: FastifyInstance, context: OperationRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  undoRoutes(instance, context);
  bulkRoute(instance, context);

  app.route({
    ...list_operations,
    handler: async ({ query: { limit, cursor } }) => {
      const found = await listOperations(pool, limit + 1, decodeIntegerCursor("operations", cursor));
      return toPage("operations", found, limit, ({ id }) => [id]);
    },
  });

  app.route({ ...get_operation, handler: ({ params }) => findOperation(pool, params.id) });

  app.route({
    ...cancel_operation,
    handler: async ({ params: { id }, log }, reply) => {
      await findOperation(pool, id);
      if (!(await requestCancel(pool, id))) {
        const { state } = await findOperation(pool, id);
        throw new Problem(
          "already-finished",
          `Operation ${id} has already ended (state: ${state}), so it cannot be cancelled.`,
        );
      }
      // Ends the operation even if no worker runs. Ending it waits for the executors' current chunks; the response does not wait.
      concludeOperation(context, id).catch((err: unknown) => {
        log.warn({ err }, "cannot end the cancelled operation now; a worker will end it");
      });
      return reply.code(202).send(await findOperation(pool, id));
    },
  });

  app.route({
    ...watch_operation,
    handler: async (request, reply) => {
      const { id } = request.params;
      await context.sendStates<Operation>(request, reply, {
        event: "operation",
        id,
        read: () => readListedOperation(pool, id),
        subscribe: (changed) =>
          context.listener.subscribe(OPERATION_CHANNEL, (payload) => {
            const [changedId, state] = payload?.split(" ") ?? [];
            if (payload === null || changedId === String(id)) changed(isOperationOver(state as OperationState));
          }),
        isLast: ({ state }) => isOperationOver(state),
        missing: () => noSuchOperation(id),
      });
      return reply;
    },
  });
}

function bulkRoute(instance: FastifyInstance, context: OperationContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  const starter = createFilterStarter(context);
  app.addHook("preClose", () => starter.stop());

  app.route({
    ...change_products,
    bodyLimit: BULK_BODY_BYTES,
    handler: async ({ body, actor }, reply) => {
      const { skus, filter = {}, set } = body;
      if (skus !== undefined) checkSkus(skus);
      if (set !== undefined) checkSet(set);
      const id = await (skus === undefined
        ? starter.start(filter, body, actor)
        : startOnSkus(context, skus, body, actor));
      return reply
        .code(202)
        .header("location", `/api/operations/${id}`)
        .send(await findOperation(pool, id));
    },
  });
}

/** Number of recent operations that the stream of all events sends at its start. */
const RECENT = 20;

/** The operations in the stream of all events. */
export const operationSource = (pool: pg.Pool): StateSource => ({
  event: "operation",
  channel: OPERATION_CHANNEL,
  listRecent: () => listOperations(pool, RECENT, undefined),
  read: (id) => readListedOperation(pool, id),
});
