// Measures imports and their baselines at several sizes, each size in one run on a fresh server.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { once } from "node:events";
import type pg from "pg";
import { uploadPath } from "../client/upload.ts";
import { withKey } from "../tests/support/identity/fetch-with-key.ts";
import { watchImport } from "../client/watch.ts";
import type { ListedImport } from "../contract/imports/imports.ts";
import { connectClient } from "../src/db/connection/connect.ts";
import { cleanRows, createTarget, runExpertSql, timeBareCopy } from "./baselines.ts";
import { emptyCatalogue, settle } from "./catalogue.ts";
import { generateFile } from "./generate.ts";
import { startServer, type BenchServer } from "./server.ts";
import { watchLatency } from "./latency.ts";

const FILES_DIR = join(import.meta.dirname, ".data");
/** The command that users run. */
const SKUPORT = join(import.meta.dirname, "../bin/skuport.mjs");

/** Times are medians in milliseconds. Memory peaks are in MB. */
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

export const WAYS = ["baselines", "cli", "http", "latency"] as const;
export type Way = (typeof WAYS)[number];

/** @param ways names of the measurements to run; at large sizes, each measurement takes minutes */
export async function measureSpeed(rows: number, rounds: number, ways: readonly Way[]): Promise<SpeedResult> {
  const files = await makeFiles(rows);
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number): void => {
    times.set(name, [...(times.get(name) ?? []), ms]);
    process.stderr.write(`  ${rows} rows, ${name}: ${Math.round(ms)} ms\n`);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      if (ways.includes("baselines")) await measureBaselines(db, files, note);
      // Alternate the order, because the first import is slower: the disk still writes data of the baselines.
      for (const way of round % 2 === 0 ? (["cli", "http"] as const) : (["http", "cli"] as const))
        if (ways.includes(way)) await measureOurs(db, server, files, way, note);
    }
    const latencyP95Ms = ways.includes("latency") ? await measureLatency(db, server, files.first) : Number.NaN;
    const memory = await server.peakMemory();
    const medianOf = (name: string): number => median(times.get(name) ?? []);
    const cases = (way: string): Case => ({
      created: medianOf(`${way} created`),
      unchanged: medianOf(`${way} unchanged`),
      changed: medianOf(`${way} changed`),
    });
    return {
      rows,
      rounds,
      bare: medianOf("bare"),
      expert: cases("expert"),
      cli: cases("cli"),
      http: cases("http"),
      ...memory,
      latency_p95_ms: latencyP95Ms,
    };
  } finally {
    await db.end();
    await server.stop();
  }
}

type Note = (name: string, ms: number) => void;

async function measureBaselines(db: pg.Client, files: Files, note: Note): Promise<void> {
  if ((await stat(files.clean).catch(() => undefined)) === undefined)
    await pipeline(await cleanRows(db, files.first), createWriteStream(files.clean));
  await settle(db);
  note("bare", await timeBareCopy(db, files.clean));
  await createTarget(db);
  await settle(db);
  note("expert created", await runExpertSql(db, files.first));
  await settle(db);
  note("expert unchanged", await runExpertSql(db, files.first));
  await settle(db);
  note("expert changed", await runExpertSql(db, files.second));
  await db.query("drop table bench_products");
}

async function measureOurs(
  db: pg.Client,
  server: BenchServer,
  files: Files,
  way: "cli" | "http",
  note: Note,
): Promise<void> {
  const run = way === "cli" ? importByCli : importByHttp;
  await emptyCatalogue(db);
  await settle(db);
  note(`${way} created`, await run(server, files.first, "created"));
  await settle(db);
  note(`${way} unchanged`, await run(server, files.first, "unchanged"));
  await settle(db);
  note(`${way} changed`, await run(server, files.second, "updated"));
}

/** Measures the time of a GET while an import changes every product. That import is not timed, because the requests slow it down. */
async function measureLatency(db: pg.Client, server: BenchServer, file: string): Promise<number> {
  const { rows } = await db.query<{ sku: string }>("select sku from products limit 1");
  if (rows[0] === undefined) throw new Error("There is no product to request. Measure cli or http as well.");
  await settle(db);
  const latency = watchLatency(server.url, rows[0].sku);
  await importByHttp(server, file, "updated");
  return latency.p95();
}

interface Files {
  first: string;
  second: string;
  /** File with the rows of `first` as COPY text. The database of the measured server has removed the repeated SKUs (`cleanRows`). */
  clean: string;
}

export async function makeFiles(rows: number): Promise<Files> {
  await mkdir(FILES_DIR, { recursive: true });
  const [first, second, clean] = [".csv", "-changed.csv", ".copy"].map((end) => join(FILES_DIR, `${rows}${end}`));
  const files = { first, second, clean } as Files;
  await rm(files.clean, { force: true });
  for (const [path, suffix] of [
    [files.first, ""],
    [files.second, " II"],
  ] as const) {
    if ((await stat(path).catch(() => undefined)) === undefined) await generateFile(path, { rows, suffix });
  }
  return files;
}

type Outcome = "created" | "unchanged" | "updated";

async function importByCli(server: BenchServer, path: string, expected: Outcome): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [SKUPORT, "import", "--json", "--url", server.url, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  await once(child, "close");
  const ms = performance.now() - started;
  check(JSON.parse(out) as ListedImport, expected);
  return ms;
}

async function importByHttp(server: BenchServer, path: string, expected: Outcome): Promise<number> {
  const started = performance.now();
  let state: ListedImport = await uploadPath(path, withKey(server.url));
  for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
  const ms = performance.now() - started;
  check(state, expected);
  return ms;
}

/** Stops the benchmark if an import did not have the expected result. */
function check(state: ListedImport, expected: Outcome): void {
  const { rows, superseded } = state;
  if (state.state !== "done" || state[expected] + superseded !== rows)
    throw new Error(`Unexpected result: ${JSON.stringify(state)}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
