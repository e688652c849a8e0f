// Kills the worker, the server or PostgreSQL at random moments of operations: bulk changes, deleting all products, and their undos.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { generateFile } from "../../bench/generate.ts";
import { killAndRestart, VICTIMS, type Victim } from "../../bench/faults/kills.ts";
import { startServer, type BenchServer } from "../../bench/server.ts";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import { isOperationOver, type Operation } from "../../contract/changesets/operations.ts";
import { connectClient, retryTransient } from "../../src/db/connection/connect.ts";
import { until } from "../support/until.ts";

/** Number of products, enough for three chunks of an operation. */
const ROWS = 11_000;
/** Number of kills. `KILLS=100 npm test -- tests/kills/operation-kills` runs more of them. */
const KILLS = Number(process.env["KILLS"] ?? 4);
const TIMEOUT_MS = 600_000;
/** Maximum time between the start of an operation and the kill. An operation on ROWS products takes about as long. */
const MAX_DELAY_MS = 700;

async function request(server: BenchServer, method: "GET" | "POST", path: string, body?: object): Promise<Operation> {
  return retryTransient(async () => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (response.status >= 500) throw Object.assign(new Error("not ready"), { code: "ECONNREFUSED" });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Operation;
  });
}

async function waitForEnd(server: BenchServer, id: number): Promise<Operation> {
  return until(async () => {
    const operation = await request(server, "GET", `/api/operations/${id}`);
    return isOperationOver(operation.state) && operation;
  });
}

/** Returns a hash of the products without versions and times, and counts of faults: gaps in versions, left-over chunks and staged rows. */
async function inspect(server: BenchServer): Promise<{ products: string; faults: unknown }> {
  const columns = "sku_key, id, sku, name, description, active, attributes, created_in, source_line";
  return retryTransient(async () => {
    const client = await connectClient(server.address, { application_name: "skuport test" });
    try {
      const { rows } = await client.query<{ products: string; faults: unknown }>(
        `select (select count(*) || coalesce(md5(string_agg(md5(row(${columns})::text), '' order by sku_key)), '') from products) as products,
                jsonb_build_object(
                  'gaps', (select count(*) from (select id from (select id, version from products union all
                                                                select id, version from product_history) v
                                                 group by id having count(*) <> max(version) or min(version) <> 1) g),
                  'chunks', (select count(*) from operation_chunks), 'staged', (select count(*) from product_staging)) as faults`,
      );
      return rows[0] as { products: string; faults: unknown };
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

const NO_FAULTS = { gaps: 0, chunks: 0, staged: 0 };

test(
  "operations and undos continue after kills: each operation changes every product, and its undo restores all of them",
  async () => {
    // While PostgreSQL is down, the server logs errors, which are expected here.
    vi.stubEnv("SKUPORT_LOG_LEVEL", "fatal");
    const folder = await mkdtemp(join(tmpdir(), "skuport-operation-kills-"));
    let server = await startServer(join(folder, "data"));
    /** Runs an operation and kills a process during it. */
    const disturbed = async (start: () => Promise<Operation>): Promise<Operation> => {
      const { id } = await start();
      await sleep(Math.random() * MAX_DELAY_MS); // injected delay: the kill comes at a random moment
      const victim = VICTIMS[Math.floor(Math.random() * VICTIMS.length)] as Victim;
      server = await killAndRestart(server, victim);
      const ended = await waitForEnd(server, id);
      expect({ victim, state: ended.state, problem: ended.problem }).toEqual({ victim, state: "done", problem: null });
      return ended;
    };
    try {
      const file = join(folder, "products.csv");
      await generateFile(file, { rows: ROWS });
      const { id } = await uploadPath(file, withKey(server.url));
      let count = 0;
      for await (const state of watchImport(id, { base_url: server.url })) count = state.created;
      const { products: before } = await inspect(server);
      for (let kills = 0; kills < KILLS; kills += 2) {
        const body =
          kills % 4 === 0
            ? { action: "set", filter: {}, set: { description: `changed ${kills}` } }
            : { action: "delete", filter: {}, confirm: count };
        const done = await disturbed(() => request(server, "POST", "/api/products/bulk", body));
        expect(done.updated + done.deleted).toBe(count);
        expect(done.total).toBe(count);
        expect((await inspect(server)).faults).toEqual(NO_FAULTS);
        const undone = await disturbed(() => request(server, "POST", `/api/changesets/${done.changeset_id}/undo`));
        expect([undone.updated, undone.created, undone.kept]).toEqual([done.updated, done.deleted, 0]);
        const { products, faults } = await inspect(server);
        expect(products).toBe(before);
        expect(faults).toEqual(NO_FAULTS);
      }
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
  TIMEOUT_MS,
);
