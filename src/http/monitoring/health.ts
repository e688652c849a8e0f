// Health checks: `live` succeeds if the process responds, `ready` if the database responds too.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { VERSION } from "../../version.ts";
import { health_live, health_ready } from "../../../contract/health.ts";
import { Problem } from "../../../contract/problems.ts";

export interface HealthContext {
  countWorkers: () => Promise<number>;
  readSearchLag: () => Promise<{ pending: number; seconds: number }>;
}

export function healthRoutes(instance: FastifyInstance, { countWorkers, readSearchLag }: HealthContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.route({ ...health_live, handler: () => ({ status: "alive" as const }) });
  app.route({
    ...health_ready,
    handler: async () => {
      try {
        const lag = await readSearchLag();
        return {
          status: "ready" as const,
          version: VERSION,
          database: "up" as const,
          workers: await countWorkers(),
          search: { pending: lag.pending, lag_seconds: Math.round(lag.seconds * 10) / 10 },
        };
      } catch (cause) {
        throw new Problem("not-ready", "The database does not respond.", { cause });
      }
    },
  });
}
