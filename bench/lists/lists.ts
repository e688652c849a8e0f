// Measures lists, filters, searches, facets and histories: on an idle server, during an import of 500,000 rows, and afterwards until
// the search index has caught up. The same requests are also answered with conventional SQL.
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { authorizationFor } from "../../tests/support/identity/fetch-with-key.ts";
import type pg from "pg";
import { connectClient } from "../../src/db/connection/connect.ts";
import { fillCatalogue, wordOf } from "./catalogue-data.ts";
import { generateFile } from "../generate.ts";
import { caughtUp, ensureCatalogue, ensureHistory } from "./kept-catalogue.ts";
import { listRequests, WHAT, type ListRequest, type RequestSequence, type What } from "./list-requests.ts";
import { importFile, undo } from "../requests.ts";
import { startServer, type BenchServer } from "../server.ts";
import { timeConventional } from "./conventional-sql.ts";

const IMPORTED = 500_000;
const REQUESTS = 210;
/** Number of requests with conventional SQL. It is small, because one such request takes ten seconds at 10,000,000 products. */
const CONVENTIONAL_REQUESTS = 42;
const CONVENTIONAL_MS = 60_000;
/** Imports are repeated until this many requests have been measured, because the p95 of fewer requests would mean little. */
const MIN_REQUESTS = 100;

const WHEN = ["idle", "conventional", "importing"] as const;

/** @param folder where a catalogue is kept for later runs. If that catalogue is empty, products are created. The measurement leaves
 * the values of the products unchanged.
 * @param chosen names of entries of WHAT and WHEN; if the list is empty, everything is measured */
export async function measureLists(rows: number, folder?: string, chosen: readonly string[] = []): Promise<string> {
  const server = await startServer(folder);
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    const lines: string[] = [];
    const print = (line: string): void => {
      lines.push(line);
      // Also print immediately: a run takes minutes, and a failure should not lose the results so far.
      process.stderr.write(`${line}\n`);
    };
    print(await prepare(db, rows, folder !== undefined));
    const changed = await ensureHistory(db, server);
    const whens = chosenOf(WHEN, chosen);
    for (const what of chosenOf(WHAT, chosen)) {
      const requests = listRequests(what, changed);
      await server.forgetPeak();
      if (whens.includes("idle")) await measureIdle(server, what, requests, print);
      // The hard requests are measured only on an idle server.
      if (what !== "hard") {
        if (whens.includes("conventional"))
          print(report(`${what}, conventional SQL`, await runConventional(db, requests)));
        if (whens.includes("importing")) await measureImporting(server, db, what, requests, print);
      }
      const { server_mb, worker_mb } = await server.peakMemory();
      print(`${what}, peak memory of server / worker: ${server_mb} / ${worker_mb} MB`);
    }
    return `${lines.join("\n")}\n`;
  } finally {
    await db.end();
    await server.stop();
  }
}

function chosenOf<Name extends string>(names: readonly Name[], chosen: readonly string[]): readonly Name[] {
  const some = names.filter((name) => chosen.includes(name));
  return some.length > 0 ? some : names;
}

async function prepare(db: pg.Client, rows: number, isKept: boolean): Promise<string> {
  if (isKept) return `${(await ensureCatalogue(db, rows)).toLocaleString("en")} products`;
  await fillCatalogue(db, rows);
  await db.query("vacuum analyze products");
  const started = performance.now();
  await caughtUp(db);
  return `index: ${Math.round((rows / (performance.now() - started)) * 1000).toLocaleString("en")} products a second`;
}

type Print = (line: string) => void;

async function measureIdle(server: BenchServer, what: What, requests: RequestSequence, print: Print): Promise<void> {
  const run = async (seed: number): Promise<Times> => {
    const times: Times = new Map();
    for (let n = 0; n < REQUESTS; n++) await timeOne(times, server, requests(n, seed));
    return times;
  };
  await run(1); // warms up
  print(report(`${what}, idle`, await run(2)));
  if (what === "hard") return;
  const { path, query } = requests(0, 2);
  const repeated = what === "lists" ? { search: wordOf(300) } : query;
  const { requests: sent } = await autocannon({
    url: addressOf(server, path, repeated),
    headers: { ...authorizationFor(server.url) },
    connections: 10,
    duration: 5,
  });
  print(`${what}, requests per second of one kind over 10 connections: ${Math.round(sent.average)}`);
}

async function runConventional(db: pg.ClientBase, requests: RequestSequence): Promise<Times> {
  const times: Times = new Map();
  const started = performance.now();
  for (let n = 0; n < CONVENTIONAL_REQUESTS && performance.now() - started < CONVENTIONAL_MS; n++) {
    const request = requests(n, 2);
    note(times, request, await timeConventional(db, request));
  }
  return times;
}

/** Imports new products repeatedly. Each import is undone, so that the catalogue keeps its size. */
async function measureImporting(
  server: BenchServer,
  db: pg.ClientBase,
  what: What,
  requests: RequestSequence,
  print: Print,
): Promise<void> {
  const during: Times = new Map();
  const after: Times = new Map();
  const [importMs, catchUpMs]: [number[], number[]] = [[], []];
  while (countOf(during) < MIN_REQUESTS) {
    const file = await newProducts(db);
    const imported = importFile(server, file);
    await sendUntil(imported, during, server, requests);
    const { changeset_id, ms } = await imported;
    importMs.push(ms);
    await rm(file);
    const ended = performance.now();
    await sendUntil(caughtUp(db), after, server, requests);
    catchUpMs.push(performance.now() - ended);
    await undo(server, changeset_id as number);
    await caughtUp(db);
  }
  const seconds = (times: number[]): string => times.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ");
  print(report(`${what}, while 500,000 rows are imported (${seconds(importMs)})`, during));
  print(report(`${what}, after the import, until the index has caught up (${seconds(catchUpMs)})`, after));
}

/** Generates a file of products whose SKUs were not in an earlier file. */
async function newProducts(db: pg.ClientBase): Promise<string> {
  const { rows } = await db.query<{ imports: number }>("select coalesce(max(id), 0) as imports from imports");
  const salt = rows[0]?.imports === 0 ? "" : `-${rows[0]?.imports}`;
  const path = join(tmpdir(), `skuport-${IMPORTED}${salt}.csv`);
  await generateFile(path, { rows: IMPORTED, salt });
  return path;
}

type Times = Map<string, number[]>;

async function sendUntil(
  end: Promise<unknown>,
  times: Times,
  server: BenchServer,
  requests: RequestSequence,
): Promise<void> {
  const state = { ended: false };
  const ended = end.then(() => (state.ended = true));
  for (let n = countOf(times); !state.ended; n++) await timeOne(times, server, requests(n, 3));
  await ended;
}

async function timeOne(times: Times, server: BenchServer, request: ListRequest): Promise<void> {
  const started = performance.now();
  const response = await fetch(addressOf(server, request.path, request.query));
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.status} for ${JSON.stringify(request)}`);
  note(times, request, performance.now() - started);
}

const addressOf = ({ url }: BenchServer, path: string, query: ListRequest["query"]): string =>
  `${url}${path}?${new URLSearchParams(query).toString()}`;

function note(times: Times, { kind }: ListRequest, ms: number): void {
  times.set(kind, [...(times.get(kind) ?? []), ms]);
}

const countOf = (times: Times): number => [...times.values()].flat().length;

function report(name: string, times: Times): string {
  const at = (all: number[], share: number): string => {
    const sorted = [...all].sort((a, b) => a - b);
    return (sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN).toFixed(1);
  };
  const all = [...times.values()].flat();
  const kinds = [...times].map(([kind, some]) => `${kind} ${at(some, 0.5)} / ${at(some, 0.95)}`);
  return `${name}: p50 ${at(all, 0.5)} ms, p95 ${at(all, 0.95)} ms of ${all.length} (${kinds.join("; ")})`;
}
