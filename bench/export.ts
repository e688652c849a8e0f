// Exports over HTTP, each format to disk, and the same files imported again: which has to change nothing.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { uploadPath } from "../client/upload.ts";
import { watchImport } from "../client/watch.ts";
import type { Import } from "../contract/imports.ts";
import { connectClient } from "../src/db/connect.ts";
import { settle } from "./catalogue.ts";
import { fillCatalogue } from "./catalogue-data.ts";
import { startServer, type BenchServer } from "./server.ts";

const FILES = [
  { name: "CSV", file: "products.csv", query: "" },
  { name: "CSV for a spreadsheet", file: "sheet.csv", query: "?spreadsheet=true" },
  { name: "CSV, gzip", file: "products.csv.gz", query: "?gzip=true" },
  { name: "JSON Lines", file: "products.jsonl", query: "?format=jsonl" },
  { name: "XLSX", file: "products.xlsx", query: "?format=xlsx" },
] as const;

/** The best of so many: what else runs on the machine only ever makes it slower. */
const ROUNDS = 3;

/** A table for RESULTS.md. */
export async function measureExport(rows: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-export-"));
  const server = await startServer(join(folder, "data"));
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  try {
    await fillCatalogue(db, rows);
    await db.query("vacuum analyze products");
    const lines: string[] = [];
    for (const { name, file, query } of FILES) {
      const path = join(folder, file);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await settle(db);
        times.push(await download(`${server.url}/api/products/export${query}`, path));
      }
      const ms = Math.min(...times);
      const { size } = await stat(path);
      const { server_mb } = await server.peakMemory();
      const again = file.endsWith(".jsonl") ? "" : await importAgain(server, path, rows);
      lines.push(
        `| ${rows.toLocaleString("en")} | ${name} | ${(ms / 1000).toFixed(2)} s | ${Math.round((rows / ms) * 1000).toLocaleString("en")} ` +
          `| ${Math.round(size / 1e6)} MB | ${server_mb} MB | ${again} |`,
      );
    }
    return `| products | file | time | rows a second | size | server, peak so far | imported again |\n| --- | --- | --- | --- | --- | --- | --- |\n${lines.join("\n")}\n`;
  } finally {
    await db.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(url: string, path: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
  return performance.now() - started;
}

async function importAgain(server: BenchServer, path: string, rows: number): Promise<string> {
  const started = performance.now();
  let state: Import = await uploadPath(path, { base_url: server.url });
  for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
  const ms = performance.now() - started;
  // An export that comes back otherwise is no result.
  if (state.state !== "done" || state.unchanged !== rows) throw new Error(`unexpected: ${JSON.stringify(state)}`);
  return `${(ms / 1000).toFixed(2)} s, 0 changes`;
}
