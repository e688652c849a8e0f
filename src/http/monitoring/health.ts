// Health checks: `live` succeeds if the process responds, `ready` if the database responds too.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { VERSION } from "../../version.ts";
import { health_live, health_ready, type FileStore } from "../../../contract/health.ts";
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

export interface HealthContext {
  countWorkers: () => Promise<number>;
  /** Lists the stores of uploaded files. */
  listStores: () => Promise<Omit<FileStore, "is_own">[]>;
  /** The store of this server. */
  store_id: string;
  /** Whether the server starts a worker itself. Such a server is not ready while its file store has no worker. */
  needs_worker: boolean;
  readSearchLag: () => Promise<{ pending: number; seconds: number }>;
}

export function healthRoutes(instance: FastifyInstance, context: HealthContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.route({ ...health_live, handler: () => ({ status: "alive" as const }) });
  app.route({
    ...health_ready,
    handler: async () => {
      const { workers, stores, search } = await readState(context).catch((cause: unknown) => {
        throw new Problem("not-ready", "The database does not respond.", { cause });
      });
      const own = stores.find(({ is_own }) => is_own);
      if (context.needs_worker && (own === undefined || own.workers === 0)) throw noWorker();
      return { status: "ready" as const, version: VERSION, database: "up" as const, workers, stores, search };
    },
  });
}

async function readState({ countWorkers, listStores, readSearchLag, store_id }: HealthContext) {
  const { pending, seconds } = await readSearchLag();
  const stores = (await listStores()).map((store) => ({ ...store, is_own: store.id === store_id }));
  return { workers: await countWorkers(), stores, search: { pending, lag_seconds: Math.round(seconds * 10) / 10 } };
}

const noWorker = (): Problem =>
  new Problem(
    "not-ready",
    "No worker of this server is running, so imports wait. The server starts one automatically; if this message stays, the server's log shows why the worker ends.",
    { extra: because("no-worker") },
  );
