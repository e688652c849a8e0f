// Health: alive = this process answers; ready = it can do its work.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { VERSION } from "../version.ts";
import { health_live, health_ready } from "../../contract/health.ts";
import { Problem } from "../../contract/problems.ts";

export interface HealthContext {
  pool: pg.Pool;
  countWorkers: () => Promise<number>;
}

export function healthRoutes(instance: FastifyInstance, { pool, countWorkers }: HealthContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.route({ ...health_live, handler: () => ({ status: "alive" as const }) });
  app.route({
    ...health_ready,
    handler: async () => {
      try {
        await pool.query("select 1");
        return { status: "ready" as const, version: VERSION, database: "up" as const, workers: await countWorkers() };
      } catch (cause) {
        throw new Problem("not-ready", "The database does not answer.", { cause });
      }
    },
  });
}
