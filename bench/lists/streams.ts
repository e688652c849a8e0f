// Measures list requests while no event stream is open and while 1,000 streams are open, each without and with concurrent edits.
import { setTimeout as sleep } from "node:timers/promises";
import { connectClient } from "../../src/db/connection/connect.ts";
import { openRawStream, type RawStream } from "../../tests/support/open-stream.ts";
import { fillCatalogue, wordOf } from "./catalogue-data.ts";
import { caughtUp } from "./kept-catalogue.ts";
import { expectEqual } from "../requests.ts";
import { startServer, type BenchServer } from "../server.ts";

const STREAMS = 1000;
const OPENED_AT_ONCE = 100;
const PER_CLIENT = 6;
const LISTS = 500;
const EDIT_PAUSE_MS = 50;

export async function measureStreams(rows: number): Promise<string> {
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  let streams: RawStream[] = [];
  try {
    await fillCatalogue(db, rows);
    await db.query("vacuum analyze products");
    await caughtUp(db);
    await timeLists(server);
    const lines = [
      `| ${rows.toLocaleString("en")} products | lists p50 | p95 | slowest |`,
      "| --- | --- | --- | --- |",
      await measure("no stream", server, false),
      await measure("no stream, 20 edits a second", server, true),
    ];
    const started = performance.now();
    streams = await openStreams(server);
    const openedMs = performance.now() - started;
    lines.push(await measure(`${STREAMS} streams`, server, false));
    lines.push(await measure(`${STREAMS} streams, 20 edits a second`, server, true));
    const notified = streams.filter(({ text }) => text().includes("event: products")).length;
    expectEqual("the streams that received an edit", notified, STREAMS);
    const { server_mb } = await server.peakMemory();
    lines.push(
      `\n${STREAMS} streams were opened in ${Math.round(openedMs)} ms; peak memory of the server ${server_mb} MB`,
    );
    return `${lines.join("\n")}\n`;
  } finally {
    for (const { close } of streams) close();
    await db.end();
    await server.stop();
  }
}

async function openStreams(server: BenchServer): Promise<RawStream[]> {
  const open: RawStream[] = [];
  while (open.length < STREAMS) {
    const first = open.length;
    const more = Array.from({ length: OPENED_AT_ONCE }, (_, k) =>
      openRawStream(server.url, "/api/events", Math.floor((first + k) / PER_CLIENT)),
    );
    open.push(...(await Promise.all(more)));
  }
  for (const { response } of open) expectEqual("a stream's status", response.statusCode, 200);
  return open;
}

async function measure(name: string, server: BenchServer, withEdits: boolean): Promise<string> {
  const stop = new AbortController();
  const edits = withEdits ? editProducts(server, stop.signal) : Promise.resolve();
  const times = await timeLists(server);
  stop.abort();
  await edits;
  const at = (share: number): string =>
    `${(times[Math.floor((times.length - 1) * share)] ?? Number.NaN).toFixed(1)} ms`;
  return `| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
}

/** Sends searches one after another. Returns their response times in milliseconds, shortest first. */
async function timeLists(server: BenchServer): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < LISTS; n++) {
    const started = performance.now();
    const answer = await fetch(`${server.url}/api/products?limit=50&search=${wordOf(n % 100)}`);
    await answer.arrayBuffer();
    expectEqual("a list's status", answer.status, 200);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

async function editProducts(server: BenchServer, signal: AbortSignal): Promise<void> {
  const headers = { "content-type": "application/json" };
  for (let n = 0; !signal.aborted; n++) {
    const body = JSON.stringify({ name: `Edited ${n}` });
    const answer = await fetch(`${server.url}/api/products/edited-${n % 100}`, { method: "PUT", headers, body });
    await answer.arrayBuffer();
    expectEqual("an edit succeeded", answer.ok, true);
    await sleep(EDIT_PAUSE_MS);
  }
}
