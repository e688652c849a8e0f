// Kills worker, server or PostgreSQL with SIGKILL at random moments of an import and lets the import continue. Compares its counts and the
// tables with those of the same import without kills.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../../tests/support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { connectClient, retryTransient, type DatabaseAddress } from "../../src/db/connection/connect.ts";
import { emptyCatalogue } from "../catalogue.ts";
import { generateFile, type GenerateOptions } from "../generate.ts";
import { startServer, workerOf, type BenchServer } from "../server.ts";

export const VICTIMS = ["worker", "server", "postgres"] as const;
export type Victim = (typeof VICTIMS)[number];

/** An import that takes longer than this after a kill counts as stuck. */
const STUCK_MS = 120_000;

export interface KillReport {
  kills: Record<Victim, number>;
  /** Number of kills that hit a running import. The other kills came after the import had ended. */
  interrupted: number;
  /** Differences from the same imports without kills; empty if nothing was lost or duplicated and all counts are right. */
  faults: string[];
}

interface Step {
  name: string;
  file: string;
  expected: Pick<ListedImport, "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">;
  checksum: string;
  /** Duration of the same import without kills, in milliseconds. The kills are spread over this time. */
  took_ms: number;
}

/** Runs `kills` imports of a generated file and kills one process during each. The imports alternate between new, changed and unchanged
 * rows. */
export async function killImports(
  kills: number,
  generated: GenerateOptions,
  print: (line: string) => void,
): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-kills-"));
  const report: KillReport = { kills: { worker: 0, server: 0, postgres: 0 }, interrupted: 0, faults: [] };
  const dataDir = join(folder, "data");
  let server = await startServer(dataDir);
  try {
    const steps = await undisturbed(server, folder, generated);
    for (let kill = 0; kill < kills; kill++) {
      const step = steps[kill % steps.length] as Step;
      if (kill % steps.length === 0) await reset(server.address);
      // In each round through `steps`, begin with the next victim. Each victim is then killed equally often, and during different steps.
      const victim = VICTIMS[(kill + Math.floor(kill / steps.length)) % VICTIMS.length] as Victim;
      const { id } = await uploadPath(step.file, withKey(server.url));
      await sleep(Math.random() * step.took_ms);
      if (await isRunning(server, id)) report.interrupted++;
      server = await killAndRestart(server, victim);
      report.kills[victim]++;
      const ended = await waitForEnd(server, id);
      const found = faultsOf(step, ended, await checksum(server.address)).map(
        (fault) => `kill ${kill} of ${victim}, ${step.name}: ${fault}`,
      );
      report.faults.push(...found);
      print(
        `kill ${kill + 1} of ${kills}: ${victim} during "${step.name}" ${found.length === 0 ? "right" : found.join("; ")}`,
      );
    }
    return report;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export async function measureKills(kills: number): Promise<string> {
  const rows = 200_000;
  const started = performance.now();
  const {
    kills: by,
    interrupted,
    faults,
  } = await killImports(kills, { rows }, (line) => process.stderr.write(`${line}\n`));
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  return (
    `${kills} kills with SIGKILL over imports of ${rows.toLocaleString("en")} rows (worker ${by.worker}, server ${by.server}, PostgreSQL ${by.postgres}; ` +
    `${interrupted} of them interrupted a running import), ${minutes} minutes: ${faults.length === 0 ? "0 lost, 0 duplicated, counts right" : faults.join("\n")}\n`
  );
}

async function undisturbed(server: BenchServer, folder: string, generated: GenerateOptions): Promise<Step[]> {
  await mkdir(folder, { recursive: true });
  const first = join(folder, "first.csv");
  const second = join(folder, "second.csv");
  await generateFile(first, generated);
  await generateFile(second, { ...generated, suffix: " II" });
  const steps: Step[] = [];
  for (const [name, file] of [
    ["all new", first],
    ["all changed", second],
    ["unchanged", second],
  ] as const) {
    const started = performance.now();
    const { id } = await uploadPath(file, withKey(server.url));
    const expected = await waitForEnd(server, id);
    steps.push({
      name,
      file,
      expected,
      took_ms: performance.now() - started,
      checksum: await checksum(server.address),
    });
  }
  return steps;
}

async function isRunning({ url }: BenchServer, id: number): Promise<boolean> {
  const response = await fetch(`${url}/api/imports/${id}`);
  return ["scanning", "loading", "finishing"].includes(((await response.json()) as ListedImport).state);
}

export async function killAndRestart(server: BenchServer, victim: Victim): Promise<BenchServer> {
  if (victim === "server") {
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    return startServer(server.data_dir);
  }
  const pid = victim === "worker" ? await workerOf(server.pid) : await postmasterOf(server.data_dir);
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  return server;
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
}

async function waitForEnd({ url }: BenchServer, id: number): Promise<ListedImport> {
  let last: ListedImport | undefined;
  for await (const state of watchImport(id, { base_url: url, signal: AbortSignal.timeout(STUCK_MS) })) last = state;
  return last as ListedImport;
}

function faultsOf(step: Step, ended: ListedImport, found: string): string[] {
  const faults: string[] = [];
  if (ended.state !== "done") faults.push(`ended ${ended.state}: ${ended.problem?.detail ?? ""}`);
  for (const key of ["rows", "created", "updated", "unchanged", "superseded", "rejected"] as const) {
    if (ended[key] !== step.expected[key]) faults.push(`${key} is ${ended[key]} instead of ${step.expected[key]}`);
  }
  if (found !== step.checksum) faults.push(`the tables differ: ${found} instead of ${step.checksum}`);
  return faults;
}

/** Returns a checksum of products and history that ignores ids and times, but includes the number of distinct ids. */
async function checksum(address: DatabaseAddress): Promise<string> {
  return retryTransient(async () => {
    const client = await connectClient(address, { application_name: "skuport bench" });
    try {
      const columns = "sku_key, sku, name, description, active, attributes, version, source_line";
      const { rows } = await client.query<{ sum: string }>(
        `select concat_ws(' ',
           (select concat_ws(' ', count(*), count(distinct id), md5(string_agg(md5(row(${columns})::text), '' order by sku_key))) from products),
           (select concat_ws(' ', count(*), md5(string_agg(md5(row(${columns})::text), '' order by sku_key, version))) from product_history),
           (select count(*) from product_staging), (select count(*) from import_chunks)) as sum`,
      );
      return rows[0]?.sum ?? "";
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

async function reset(address: DatabaseAddress): Promise<void> {
  await retryTransient(async () => {
    const client = await connectClient(address, { application_name: "skuport bench" });
    try {
      await emptyCatalogue(client);
    } finally {
      await client.end();
    }
  });
}
