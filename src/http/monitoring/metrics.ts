// GET /metrics in Prometheus' text format. Each request records its duration; each scrape reads all other values.
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface MetricsContext {
  pool: pg.Pool;
  countWorkers: () => Promise<number>;
  listStores: () => Promise<{ workers: number; unfinished_imports: number }[]>;
  countQueued: () => Promise<{ queue: string; jobs: number }[]>;
  countStreams: () => number;
  readSearchLag: () => Promise<{ pending: number; seconds: number }>;
}

/** Histogram buckets in seconds. Lists should take at most 0.05; uploads may take minutes. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export function metricsRoute(app: FastifyInstance, context: MetricsContext): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const durations = new Histogram({
    name: "skuport_http_request_seconds",
    help: "Time from a request to the end of its response",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [register],
  });
  app.addHook("onResponse", (request, reply, done) => {
    // Label the request with the route's pattern, not its URL: the number of URLs is unlimited.
    const route = request.routeOptions.url ?? "none";
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
  addGauges(register, context);
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    void reply.type(register.contentType);
    return register.metrics();
  });
}

function addGauges(register: Registry, context: MetricsContext): void {
  const { pool, countWorkers, listStores, countQueued, countStreams, readSearchLag } = context;
  const registers = [register];
  const gauge = (name: string, help: string, read: () => Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  };
  gauge(
    "skuport_search_pending_products",
    "Number of changed products that the search index does not contain yet",
    async () => {
      return (await readSearchLag()).pending;
    },
  );
  gauge(
    "skuport_search_lag_seconds",
    "Age of the oldest change that the search index does not contain yet",
    async () => {
      return (await readSearchLag()).seconds;
    },
  );
  gauge("skuport_imports_unfinished", "Number of imports that have not ended", async () => {
    const { rows } = await pool.query<{ n: number }>(
      "select count(*)::int as n from imports where state not in ('done', 'cancelled', 'failed')",
    );
    return rows[0]?.n ?? 0;
  });
  gauge("skuport_workers", "Number of worker processes that were active in the last 30 seconds", countWorkers);
  gauge(
    "skuport_imports_without_worker",
    "Number of unfinished imports whose uploaded files no worker can read",
    async () => {
      const waiting = (await listStores()).filter(({ workers }) => workers === 0);
      return waiting.reduce((sum, { unfinished_imports }) => sum + unfinished_imports, 0);
    },
  );
  gauge("skuport_streams_open", "Number of open event streams of all kinds", () => Promise.resolve(countStreams()));
  gauge("skuport_database_connections_waiting", "Number of requests waiting for a database connection", () =>
    Promise.resolve(pool.waitingCount),
  );
  new Gauge({
    name: "skuport_jobs_queued",
    help: "Number of waiting jobs by queue",
    labelNames: ["queue"],
    registers,
    async collect() {
      this.reset();
      for (const { queue, jobs } of await countQueued()) this.set({ queue }, jobs);
    },
  });
}
