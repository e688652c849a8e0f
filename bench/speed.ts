// Import speed: ours against the baselines, at several sizes, each size on a fresh server and in one run.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { once } from "node:events";
import type pg from "pg";
import { uploadPath } from "../client/upload.ts";
import { watchImport } from "../client/watch.ts";
import type { Import } from "../contract/imports.ts";
import { connectClient } from "../src/db/connect.ts";
import { cleanRows, createTarget, runExpertSql, timeBareCopy } from "./baselines.ts";
import { generateFile } from "./generate.ts";
import { MAIN, startServer, type BenchServer } from "./server.ts";
import { watchLatency } from "./latency.ts";

const FILES_DIR = join(import.meta.dirname, ".data");

/** Medians in milliseconds, and peaks in MB. */
export interface SpeedResult {
  rows: number;
  rounds: number;
  bare: number;
  expert: Case;
  cli: Case;
  http: Case;
  server_mb: number;
  worker_mb: number;
  latency_p95_ms: number;
}

interface Case {
  created: number;
  unchanged: number;
  changed: number;
}

export async function measureSpeed(rows: number, rounds: number): Promise<SpeedResult> {
  const files = await makeFiles(rows);
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number): void => {
    times.set(name, [...(times.get(name) ?? []), ms]);
    process.stderr.write(`  ${rows} rows, ${name}: ${Math.round(ms)} ms\n`);
  };
  let latency_p95_ms = 0;
  try {
    const clean = join(FILES_DIR, `${rows}.copy`);
    await pipeline(await cleanRows(db, files.first), createWriteStream(clean));
    for (let round = 0; round < rounds; round++) {
      await settle(db);
      note("bare", await timeBareCopy(db, clean));
      await createTarget(db);
      await settle(db);
      note("expert created", await runExpertSql(db, files.first));
      await settle(db);
      note("expert unchanged", await runExpertSql(db, files.first));
      await settle(db);
      note("expert changed", await runExpertSql(db, files.second));
      await db.query("drop table bench_products");
      // Turn about: what comes first finds the disk busy with what the baselines left
      for (const way of round % 2 === 0 ? (["cli", "http"] as const) : (["http", "cli"] as const)) {
        const run = way === "cli" ? importByCli : importByHttp;
        await emptyCatalogue(db);
        await settle(db);
        note(`${way} created`, await run(server, files.first, "created"));
        await settle(db);
        const latency = way === "http" ? watchLatency(server.url, "lay-raise") : undefined;
        note(`${way} unchanged`, await run(server, files.first, "unchanged"));
        if (latency !== undefined) latency_p95_ms = Math.max(latency_p95_ms, await latency.p95());
        await settle(db);
        note(`${way} changed`, await run(server, files.second, "updated"));
      }
    }
    const memory = await server.peakMemory();
    const of = (name: string): number => median(times.get(name) ?? []);
    const cases = (way: string): Case => ({
      created: of(`${way} created`),
      unchanged: of(`${way} unchanged`),
      changed: of(`${way} changed`),
    });
    return {
      rows,
      rounds,
      bare: of("bare"),
      expert: cases("expert"),
      cli: cases("cli"),
      http: cases("http"),
      ...memory,
      latency_p95_ms,
    };
  } finally {
    await db.end();
    await server.stop();
  }
}

async function makeFiles(rows: number): Promise<{ first: string; second: string }> {
  await mkdir(FILES_DIR, { recursive: true });
  const files = { first: join(FILES_DIR, `${rows}.csv`), second: join(FILES_DIR, `${rows}-changed.csv`) };
  for (const [path, suffix] of [
    [files.first, ""],
    [files.second, " II"],
  ] as const) {
    if ((await stat(path).catch(() => undefined)) === undefined) await generateFile(path, { rows, suffix });
  }
  return files;
}

/** Every measurement begins with no dirty buffer of the one before. */
async function settle(db: pg.ClientBase): Promise<void> {
  await db.query("checkpoint");
}

async function emptyCatalogue(db: pg.ClientBase): Promise<void> {
  await db.query("truncate products, product_history");
}

type Outcome = "created" | "unchanged" | "updated";

async function importByCli(server: BenchServer, path: string, expected: Outcome): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, "import", "--json", "--url", server.url, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
  await once(child, "close");
  const ms = performance.now() - started;
  check(JSON.parse(out) as Import, expected);
  return ms;
}

async function importByHttp(server: BenchServer, path: string, expected: Outcome): Promise<number> {
  const started = performance.now();
  let state = await uploadPath(path, { base_url: server.url });
  for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
  const ms = performance.now() - started;
  check(state, expected);
  return ms;
}

/** A fast import that did something else is no result. */
function check(state: Import, expected: Outcome): void {
  const { rows, superseded } = state;
  if (state.state !== "done" || state[expected] + superseded !== rows)
    throw new Error(`unexpected: ${JSON.stringify(state)}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
