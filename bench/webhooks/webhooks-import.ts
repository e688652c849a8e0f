// Measures an import with and without four webhooks, and the delays of their deliveries. One receiver works, one hangs, one returns 500,
// and one returns 429.
import { join } from "node:path";
import { mkdir, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { call } from "../../client/call.ts";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../../tests/support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { create_webhook, patch_webhook } from "../../contract/webhooks/webhooks.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import { ALLOW_LOOPBACK } from "./deliveries.ts";
import { generateFile } from "../generate.ts";
import { startReceiver, type CountingReceiver } from "./receiver.ts";
import { startServer, type BenchServer } from "../server.ts";

const FILES_DIR = join(import.meta.dirname, "../.data");
/** Number of edits during an import. */
const EDITS = 6;

export interface ImportReport {
  rows: number;
  rounds: number;
  /** Median time of an import without webhooks, from the request to `done`. */
  alone_ms: number;
  with_webhooks_ms: number;
  /** For each edit during the import, the time from its request until its event arrived at the working receiver. */
  edits_ms: number[];
  /** Time from the import's state `done` until all its `products.changed` events have arrived. */
  batches_ms: number;
  faults: string[];
}

export async function measureImport(rows: number, rounds: number): Promise<ImportReport> {
  const file = await makeFile(rows);
  const working = await startReceiver();
  const others = [
    await startReceiver(() => undefined),
    await startReceiver((response) => response.writeHead(500).end()),
    await startReceiver((response) => response.writeHead(429, { "retry-after": "30" }).end()),
  ];
  const server = await startServer(undefined, ALLOW_LOOPBACK);
  const pool = createPool(server.address, { application_name: "skuport bench", max: 2 });
  const report: ImportReport = {
    rows,
    rounds,
    alone_ms: 0,
    with_webhooks_ms: 0,
    edits_ms: [],
    batches_ms: 0,
    faults: [],
  };
  const times = { alone: [] as number[], with_webhooks: [] as number[] };
  try {
    const ids: number[] = [];
    for (const { url } of [working, ...others]) {
      const body = { url, volume: "products" as const, enabled: false };
      ids.push((await call(create_webhook, { body }, { base_url: server.url })).id);
    }
    // Round 0 warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (const way of round % 2 === 0
        ? (["alone", "with_webhooks"] as const)
        : (["with_webhooks", "alone"] as const)) {
        await emptyCatalogue(pool);
        for (const id of ids)
          await call(
            patch_webhook,
            { params: { id }, body: { enabled: way === "with_webhooks" } },
            { base_url: server.url },
          );
        const run = await importOnce(server, pool, file, way === "with_webhooks" ? working : undefined, report);
        process.stderr.write(`  ${String(rows)} rows, ${way}: ${String(Math.round(run))} ms\n`);
        if (round > 0) times[way].push(run);
      }
    }
    return { ...report, alone_ms: median(times.alone), with_webhooks_ms: median(times.with_webhooks) };
  } finally {
    await pool.end();
    await server.stop();
    for (const receiver of [working, ...others]) receiver.close();
  }
}

async function importOnce(
  server: BenchServer,
  pool: pg.Pool,
  file: string,
  working: CountingReceiver | undefined,
  report: ImportReport,
): Promise<number> {
  const items = new Map<number, number>();
  const edits = new Map<string, number>();
  if (working !== undefined) working.onBody = (body, at) => recordArrival(body, at, items, edits);
  const started = performance.now();
  const { id } = await uploadPath(file, withKey(server.url));
  const editing = working === undefined ? undefined : editDuringImport(server, edits, report);
  let state: ListedImport | undefined;
  for await (const next of watchImport(id, { base_url: server.url })) state = next;
  const ended = performance.now();
  await editing;
  if (state?.state !== "done") throw new Error(`Unexpected result: ${JSON.stringify(state)}`);
  if (working !== undefined) {
    while (items.size < state.created && performance.now() - ended < 120_000) await sleep(20);
    report.batches_ms = Math.max(report.batches_ms, performance.now() - ended);
    const { rows } = await pool.query<{ id: number }>("select id from products where created_in = $1", [
      state.changeset_id,
    ]);
    const missing = rows.filter(({ id: product }) => !items.has(product)).length;
    const duplicated = [...items.values()].filter((times) => times > 1).length;
    if (missing + duplicated > 0 || items.size !== state.created)
      report.faults.push(
        `${String(missing)} products did not arrive, ${String(duplicated)} arrived twice, ${String(items.size)} in total`,
      );
  }
  return ended - started;
}

function recordArrival(body: string, at: number, items: Map<number, number>, edits: Map<string, number>): void {
  const { type, data } = JSON.parse(body) as { type: string; data: { sku?: string; items?: { id: number }[] } };
  if (type === "products.changed") for (const { id } of data.items ?? []) items.set(id, (items.get(id) ?? 0) + 1);
  else if (data.sku !== undefined) edits.set(data.sku, at);
}

/** Creates products while the import runs, and reports the delay until each event arrived. */
async function editDuringImport({ url }: BenchServer, edits: Map<string, number>, report: ImportReport): Promise<void> {
  const requested = new Map<string, number>();
  for (let i = 0; i < EDITS; i++) {
    await sleep(300);
    const sku = `by-hand-${String(i)}`;
    requested.set(sku, performance.now());
    const response = await fetch(`${url}/api/products`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sku, name: "By hand" }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
  const deadline = performance.now() + 30_000;
  while (edits.size < requested.size && performance.now() < deadline) await sleep(10);
  for (const [sku, at] of requested) report.edits_ms.push((edits.get(sku) ?? Number.POSITIVE_INFINITY) - at);
}

async function emptyCatalogue(pool: pg.Pool): Promise<void> {
  await pool.query("truncate products, product_history, webhook_deliveries, webhook_attempts, webhook_batches");
  await pool.query("checkpoint");
}

async function makeFile(rows: number): Promise<string> {
  await mkdir(FILES_DIR, { recursive: true });
  const path = join(FILES_DIR, `${String(rows)}.csv`);
  if ((await stat(path).catch(() => undefined)) === undefined) await generateFile(path, { rows });
  return path;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
