// Kills worker, server or PostgreSQL with SIGKILL at random moments of an import, lets it go on, and compares counts and
// table with those of an undisturbed run.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { uploadPath } from "../../client/upload.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { connectClient, retryTransient, type DatabaseAddress } from "../../src/db/connection/connect.ts";
import { emptyCatalogue } from "../catalogue.ts";
import { generateFile } from "../generate.ts";
import { startServer, workerOf, type BenchServer } from "../server.ts";

export const VICTIMS = ["worker", "server", "postgres"] as const;
export type Victim = (typeof VICTIMS)[number];

/** An import that takes longer than this after a kill has got stuck. */
const STUCK_MS = 120_000;

export interface KillReport {
  kills: Record<Victim, number>;
  /** Kills that met an import at work, not one that had just ended. */
  met: number;
  /** What differed from the undisturbed run; empty = nothing lost, nothing doubled, counts right. */
  faults: string[];
}

interface Step {
  name: string;
  file: string;
  expected: Pick<ListedImport, "rows" | "created" | "updated" | "unchanged" | "superseded" | "rejected">;
  checksum: string;
  /** Milliseconds of the undisturbed run: kills fall anywhere in it. */
  took_ms: number;
}

/** `kills` imports of `rows` rows, a kill in each: new, changed and unchanged ones in turn. */
export async function killImports(kills: number, rows: number, tell: (line: string) => void): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-kills-"));
  const report: KillReport = { kills: { worker: 0, server: 0, postgres: 0 }, met: 0, faults: [] };
  const dataDir = join(folder, "data");
  let server = await startServer(dataDir);
  try {
    const steps = await undisturbed(server, folder, rows);
    for (let kill = 0; kill < kills; kill++) {
      const step = steps[kill % steps.length] as Step;
      if (kill % steps.length === 0) await emptyAgain(server.address);
      const victim = VICTIMS[Math.floor(Math.random() * VICTIMS.length)] as Victim;
      const { id } = await uploadPath(step.file, { base_url: server.url });
      await sleep(Math.random() * step.took_ms);
      if (await isAtWork(server, id)) report.met++;
      server = await killAndGoOn(server, victim);
      report.kills[victim]++;
      const ended = await waitForEnd(server, id);
      const found = faultsOf(step, ended, await checksum(server.address)).map(
        (fault) => `kill ${kill} of ${victim}, ${step.name}: ${fault}`,
      );
      report.faults.push(...found);
      tell(
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
  const { kills: by, met, faults } = await killImports(kills, rows, (line) => process.stderr.write(`${line}\n`));
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  return (
    `${kills} kills with SIGKILL over imports of ${rows.toLocaleString("en")} rows (worker ${by.worker}, server ${by.server}, PostgreSQL ${by.postgres}; ` +
    `${met} of them in the middle of the work), ${minutes} minutes: ${faults.length === 0 ? "0 lost, 0 doubled, counts right" : faults.join("\n")}\n`
  );
}

async function undisturbed(server: BenchServer, folder: string, rows: number): Promise<Step[]> {
  await mkdir(folder, { recursive: true });
  const first = join(folder, "first.csv");
  const second = join(folder, "second.csv");
  await generateFile(first, { rows });
  await generateFile(second, { rows, suffix: " II" });
  const steps: Step[] = [];
  for (const [name, file] of [
    ["all new", first],
    ["all changed", second],
    ["unchanged", second],
  ] as const) {
    const started = performance.now();
    const { id } = await uploadPath(file, { base_url: server.url });
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

async function isAtWork({ url }: BenchServer, id: number): Promise<boolean> {
  const response = await fetch(`${url}/api/imports/${id}`);
  return ["scanning", "loading", "finishing"].includes(((await response.json()) as ListedImport).state);
}

export async function killAndGoOn(server: BenchServer, victim: Victim): Promise<BenchServer> {
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

/** Of everything in products and their history but ids and times; the ids must be as many as the rows. */
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

async function emptyAgain(address: DatabaseAddress): Promise<void> {
  await retryTransient(async () => {
    const client = await connectClient(address, { application_name: "skuport bench" });
    try {
      await emptyCatalogue(client);
    } finally {
      await client.end();
    }
  });
}
