// Measures exports over HTTP to disk in each format, and an import of each exported file. The imports must change nothing.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { connectClient } from "../src/db/connection/connect.ts";
import { calm } from "./catalogue.ts";
import { caughtUp, ensureCatalogue } from "./lists/kept-catalogue.ts";
import { expectEqual, importFile } from "./requests.ts";
import { startServer, type BenchServer } from "./server.ts";

const FILES = {
  csv: { name: "CSV", file: "products.csv", query: "" },
  sheet: { name: "CSV for a spreadsheet", file: "sheet.csv", query: "?spreadsheet=true" },
  gzip: { name: "CSV, gzip", file: "products.csv.gz", query: "?gzip=true" },
  jsonl: { name: "JSON Lines", file: "products.jsonl", query: "?format=jsonl" },
  xlsx: { name: "XLSX", file: "products.xlsx", query: "?format=xlsx" },
};

/** Number of rounds. The fastest round counts, because other programs can only slow an export down. A large catalogue gets one round. */
const ROUNDS = 3;
const LARGE = 5_000_000;

const HEAD =
  "| products | file | time | rows a second | size | server, peak | imported again |\n" +
  "| --- | --- | --- | --- | --- | --- | --- |\n";

/** Returns a table for RESULTS.md.
 * @param kept folder where a catalogue is kept for later runs. If that catalogue is empty, products are created.
 * @param chosen names of entries of FILES; if the list is empty, all entries are measured */
export async function measureExport(rows: number, kept?: string, chosen: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-export-"));
  const server = await startServer(kept ?? join(folder, "data"));
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    const products = await ensureCatalogue(db, rows);
    await caughtUp(db);
    let table = HEAD;
    for (const [key, one] of Object.entries(FILES)) {
      if (chosen.length > 0 && !chosen.includes(key)) continue;
      const line = await measureFile(server, db, join(folder, one.file), one.query, products);
      table += `| ${products.toLocaleString("en")} | ${one.name} | ${line} |\n`;
    }
    return table;
  } finally {
    await db.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureFile(
  server: BenchServer,
  db: pg.ClientBase,
  path: string,
  query: string,
  products: number,
): Promise<string> {
  const times: number[] = [];
  await server.forgetPeak();
  for (let round = 0; round < (products < LARGE ? ROUNDS : 1); round++) {
    await calm(db);
    times.push(await download(`${server.url}/api/products/export${query}`, path));
  }
  const ms = Math.min(...times);
  const { size } = await stat(path);
  const { server_mb } = await server.peakMemory();
  const again = path.endsWith(".jsonl") ? "" : await importAgain(server, path, products);
  await rm(path);
  const perSecond = Math.round((products / ms) * 1000).toLocaleString("en");
  return `${(ms / 1000).toFixed(2)} s | ${perSecond} | ${Math.round(size / 1e6)} MB | ${server_mb} MB | ${again}`;
}

async function download(url: string, path: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
  return performance.now() - started;
}

async function importAgain(server: BenchServer, path: string, products: number): Promise<string> {
  const { unchanged, ms } = await importFile(server, path);
  expectEqual("products unchanged by the import of their export", unchanged, products);
  return `${(ms / 1000).toFixed(2)} s, 0 changes`;
}
