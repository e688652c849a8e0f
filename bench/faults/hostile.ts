// Measures the cost of hostile files: each is previewed and imported, followed by the import of a good file.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  isTerminal,
  MAX_PREVIEW_BYTES,
  PREVIEW_BYTES,
  type Import,
  type Preview,
} from "../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";
import { startServer, workerOf, type BenchServer } from "../server.ts";

/** Interval of the health checks, and of the requests for the state of an import. At 20 ms, they took a third of the CPU time. */
const PULSE_MS = 100;
/** A request or an import that takes longer than this counts as hanging. */
const TIMEOUT_MS = 300_000;
const GOOD_FILE = Buffer.from("sku,name\nGOOD-1,One\nGOOD-2,Two\n");

export interface HostileResult {
  name: string;
  /** Slug of the problem that the preview returned or contained; "rows" if there was no problem. */
  preview: string;
  preview_ms: number;
  import_: Import;
  import_ms: number;
  /** The import of a good file after the hostile file. `next_started_ms` is the time until the scan of the good file started. */
  next: Import;
  next_started_ms: number;
  /** Peak resident memory in MB; 0 on a system without /proc. */
  server_mb: number;
  worker_mb: number;
  worker_died: boolean;
  /** Longest response time of /health/live. */
  health_ms: number;
}

export async function runHostileFile(server: BenchServer, name: string, bytes: Buffer): Promise<HostileResult> {
  await server.forgetPeak().catch(() => undefined);
  const worker = await workerOf(server.pid).catch(() => undefined);
  const pulse = startPulse(server.url);
  const started = performance.now();
  const preview = await previewOf(server.url, bytes);
  const previewed = performance.now();
  const import_ = await importFile(server.url, name, bytes, isOver);
  const imported = performance.now();
  const next = await importFile(server.url, "good.csv", GOOD_FILE, ({ started_at }) => started_at !== null);
  const nextStartedMs = performance.now() - imported;
  const ended = await untilImport(server.url, next.id, isOver);
  return {
    name,
    preview,
    preview_ms: previewed - started,
    import_,
    import_ms: imported - previewed,
    next: ended,
    next_started_ms: nextStartedMs,
    health_ms: await pulse.stop(),
    ...(await server.peakMemory().catch(() => ({ server_mb: 0, worker_mb: 0 }))),
    worker_died: (await workerOf(server.pid).catch(() => undefined)) !== worker,
  };
}

/** Previews and imports the files of a folder. Returns a table of their costs. */
export async function measureHostile(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const server = await startServer();
  const lines: string[] = [];
  try {
    // Warm up, so that the costs of the first file do not include loading code.
    await runHostileFile(server, "good.csv", GOOD_FILE);
    for (const name of names)
      lines.push(lineOf(await runHostileFile(server, name, await readFile(join(folder, name)))));
  } finally {
    await server.stop();
  }
  return (
    "| file | preview | import | good import starts | memory server / worker | slowest /health/live |\n" +
    `| --- | --- | --- | --- | --- | --- |\n${lines.join("\n")}\n`
  );
}

function lineOf(result: HostileResult): string {
  const { import_, next, worker_died } = result;
  const outcome = import_.problem?.type.replace("/problems/", "") ?? `${import_.rejected} of ${import_.rows} rejected`;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  return (
    `| ${result.name} | ${result.preview}, ${seconds(result.preview_ms)} | ${import_.state} (${outcome}), ${seconds(result.import_ms)} ` +
    `| ${next.state}, ${seconds(result.next_started_ms)} ` +
    `| ${result.server_mb} / ${result.worker_mb} MB${worker_died ? ", the worker died" : ""} | ${Math.round(result.health_ms)} ms |`
  );
}

/** Whether the import has ended, or waits for an answer that no one gives. */
const isOver = ({ state }: Import): boolean => isTerminal(state) || state === "held";

/** Requests a preview of the file, in the same way as the page does. */
async function previewOf(url: string, bytes: Buffer): Promise<string> {
  const body = bytes.length <= MAX_PREVIEW_BYTES ? bytes : bytes.subarray(0, PREVIEW_BYTES);
  const response = await post(`${url}/api/imports/preview?size=${bytes.length}`, body);
  const answer = (await response.json()) as Preview | ProblemDocument;
  const problem = "problem" in answer ? (answer.problem as ProblemDocument | null) : answer;
  return problem?.type.replace("/problems/", "") ?? "rows";
}

async function importFile(
  url: string,
  name: string,
  bytes: Buffer,
  until: (import_: Import) => boolean,
): Promise<Import> {
  const response = await post(`${url}/api/imports?filename=${encodeURIComponent(name)}`, bytes);
  if (response.status !== 201) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  return untilImport(url, ((await response.json()) as Import).id, until);
}

const post = (url: string, body: Buffer): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

async function untilImport(url: string, id: number, until: (import_: Import) => boolean): Promise<Import> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const import_ = (await (await fetch(`${url}/api/imports/${id}`)).json()) as Import;
    if (until(import_)) return import_;
    if (performance.now() > deadline) throw new Error(`import ${id} is still ${import_.state}`);
    await sleep(PULSE_MS);
  }
}

function startPulse(url: string): { stop(): Promise<number> } {
  let running = true;
  let slowest = 0;
  const beat = async (): Promise<void> => {
    while (running) {
      const sent = performance.now();
      const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      await response.text();
      slowest = Math.max(slowest, performance.now() - sent);
      await sleep(PULSE_MS);
    }
  };
  const beating = beat();
  // Ignore errors of the health checks: if the server has exited, the measured requests fail too and report it.
  beating.catch(() => undefined);
  return {
    async stop() {
      running = false;
      await beating;
      return slowest;
    },
  };
}
