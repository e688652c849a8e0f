// Tests the embedded PostgreSQL with real processes and kills. If root runs the tests, PostgreSQL also runs under another account.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { until } from "../../../tests/support/until.ts";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { createPool, retryTransient } from "../connection/connect.ts";
import { startEmbedded, type Embedded, type EmbeddedConnection } from "./embedded.ts";
import { pidExists } from "../data-dir/process-identity.ts";

const isRoot = process.getuid?.() === 0;
const warnings: string[] = [];
const log = {
  info: () => undefined,
  warn: (_: object, message: string) => warnings.push(message),
  error: console.error,
};
const settings = { shared_buffers: "32MB" };

test("data survives a stop, the socket folder does not", async () => {
  const dataDir = makeDataDir();
  const first = await start(dataDir);
  await query(first.connection, "create table stored as select 1 as n");
  await first.stop();
  expect(await first.exited).toBeUndefined();
  expect(existsSync(first.connection.host)).toBe(false);
  const second = await start(dataDir);
  expect(await query(second.connection, "select n from stored")).toEqual([{ n: 1 }]);
  expect(second.connection).toEqual(first.connection);
  await second.stop();
  expect(readdirSync(dataDir).sort()).toEqual(["postgres", "postgresql.log"]);
});

test("the cluster is UTF-8 in code point order, durable, and accessible only to its own account", async () => {
  const dataDir = makeDataDir();
  const postgres = await start(dataDir);
  const sql = `select current_setting('server_encoding') as encoding, datlocprovider as provider, datlocale as locale,
    current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
    current_setting('synchronous_commit') as synchronous_commit, current_setting('listen_addresses') as listen_addresses,
    lower('ÀΣ') as lower from pg_database where datname = current_database()`;
  expect(await query(postgres.connection, sql)).toEqual([
    {
      encoding: "UTF8",
      provider: "b",
      locale: "C.UTF-8",
      fsync: "on",
      full_page_writes: "on",
      synchronous_commit: "on",
      listen_addresses: "",
      lower: "àσ",
    },
  ]);
  expect(statSync(postgres.connection.host).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, "postgres")).mode & 0o777).toBe(0o700);
  await postgres.stop();
});

test("a killed postmaster is restarted on the same socket with all committed data", async () => {
  const postgres = await start(makeDataDir());
  const pool = createPool(postgres.connection, { application_name: "test", max: 4 });
  await pool.query("create table stored (n int)");
  for (let n = 1; n <= 3; n++) {
    await pool.query("insert into stored values ($1)", [n]);
    // A busy backend does not notice immediately that its postmaster has died.
    const busy = pool.query("select sum(i) from generate_series(1, 100000000) i").catch((error: unknown) => error);
    await until(
      async () =>
        (await query(postgres.connection, "select 1 from pg_stat_activity where query like 'select sum%'")).length > 0,
    );
    const killed = postgres.pid;
    process.kill(killed, "SIGKILL");
    await busy;
    await until(() => postgres.pid !== killed);
    expect((await retryTransient(() => pool.query("select count(*) as count from stored"))).rows).toEqual([
      { count: n },
    ]);
  }
  await pool.end();
  await postgres.stop();
  expect(await postgres.exited).toBeUndefined();
});

test("a killed backend loses its connection, and the server continues", async () => {
  const postgres = await start(makeDataDir());
  const pool = createPool(postgres.connection, { application_name: "test", max: 1 });
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  const before = postgres.pid;
  process.kill(rows[0]?.pid ?? 0, "SIGKILL");
  await retryTransient(() => pool.query("select 1"));
  expect(postgres.pid).toBe(before);
  await pool.end();
  await postgres.stop();
});

test("PostgreSQL ends when the process that started it is killed", async () => {
  const { child, postmaster } = await startInChild(makeDataDir());
  child.kill("SIGKILL");
  await until(() => !pidExists(postmaster));
});

test("an orphaned PostgreSQL is ended by the next start, and no committed data is lost", async ({ skip }) => {
  skip(process.platform !== "linux", "needs /proc");
  const dataDir = makeDataDir();
  const { child, postmaster, connection, watch } = await startInChild(dataDir);
  await query(connection, "create table stored as select 1 as n");
  process.kill(watch, "SIGKILL"); // without this, the watching shell would end PostgreSQL
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  expect(pidExists(postmaster)).toBe(true);
  warnings.length = 0;
  const next = await start(dataDir);
  expect(warnings).toEqual(["ended a PostgreSQL that an earlier process left running on the data folder"]);
  expect(pidExists(postmaster)).toBe(false);
  expect(await query(next.connection, "select n from stored")).toEqual([{ n: 1 }]);
  await next.stop();
});

test("a stale pid file does not prevent a start, even if another process has reused the pid", async () => {
  const dataDir = makeDataDir();
  await (await start(dataDir)).stop();
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  writeFileSync(
    join(dataDir, "postgres/postmaster.pid"),
    `${String(other.pid)}\n${dataDir}/postgres\n1\n5432\n/tmp\n\n1 1\nready\n`,
  );
  const postgres = await start(dataDir);
  expect(other.exitCode).toBeNull();
  other.kill();
  await postgres.stop();
});

test("a killed first start leaves no draft", async () => {
  const dataDir = makeDataDir();
  const child = spawnStarter(dataDir);
  await until(() => existsSync(join(dataDir, "../..")) && readdirSync(dataDir).some((name) => name.includes("draft")));
  child.kill("SIGKILL");
  await (await start(dataDir)).stop();
  expect(readdirSync(dataDir).sort()).toEqual(["postgres", "postgresql.log"]);
});

test("the error of a failed start contains the end of PostgreSQL's log", async () => {
  const dataDir = makeDataDir();
  const attempt = startEmbedded({ data_dir: dataDir, log, settings: { no_such_setting: "1" } });
  await expect(attempt).rejects.toThrow(/PostgreSQL did not start in .*no_such_setting/s);
});

test("a cluster of another version is refused", async () => {
  const dataDir = makeDataDir();
  await (await start(dataDir)).stop();
  writeFileSync(join(dataDir, "postgres/PG_VERSION"), "17\n");
  await expect(start(dataDir)).rejects.toThrow(
    /created by PostgreSQL 17, but this version of Skuport includes PostgreSQL 18/,
  );
});

test("as root: runs under another account, in a data folder that only root can enter", async ({ skip }) => {
  skip(!isRoot, "needs root");
  const dataDir = makeDataDir();
  chmodSync(dataDir, 0o700);
  const postgres = await start(dataDir);
  expect(statSync(`/proc/${String(postgres.pid)}`).uid).not.toBe(0);
  expect(statSync(join(dataDir, "postgres")).uid).toBe(statSync(`/proc/${String(postgres.pid)}`).uid);
  expect(statSync(dataDir).uid).toBe(0);
  // PostgreSQL gets no capabilities.
  expect(readFileSync(`/proc/${String(postgres.pid)}/status`, "utf8")).toMatch(/CapEff:\s+0+\n/);
  await postgres.stop();
});

test("only this process's user can connect, even to a cluster that admitted every user before", async () => {
  const dataDir = makeDataDir();
  await (await start(dataDir)).stop();
  const hba = join(dataDir, "postgres/pg_hba.conf");
  writeFileSync(hba, "local all all trust\nhost all all 127.0.0.1/32 trust\n");
  writeFileSync(join(dataDir, "postgres/pg_ident.conf"), "");
  const postgres = await start(dataDir);
  expect(readFileSync(hba, "utf8")).not.toContain("trust");
  const rules = "select distinct type, auth_method from pg_hba_file_rules";
  expect(await query(postgres.connection, rules)).toEqual([{ type: "local", auth_method: "peer" }]);
  expect(await query(postgres.connection, "select error from pg_ident_file_mappings")).toEqual([{ error: null }]);
  await postgres.stop();
});

test("as root: another process of PostgreSQL's account cannot connect as the superuser", async ({ skip }) => {
  skip(!isRoot, "needs root");
  const postgres = await start(makeDataDir());
  const { uid } = statSync(`/proc/${String(postgres.pid)}`);
  const client = new pg.Client(postgres.connection);
  client.on("error", () => undefined);
  // The kernel records the peer's user when the socket connects.
  process.seteuid?.(uid);
  const connected = client.connect();
  process.seteuid?.(0);
  const INVALID_AUTHORIZATION = "28000";
  await expect(connected).rejects.toMatchObject({ code: INVALID_AUTHORIZATION });
  await client.end();
  expect(await query(postgres.connection, "select current_user as me")).toEqual([{ me: "skuport" }]);
  await postgres.stop();
});

test("an invalid pid file (empty, garbage, a folder, a pipe) is removed", async () => {
  const dataDir = makeDataDir();
  await (await start(dataDir)).stop();
  const path = join(dataDir, "postgres/postmaster.pid");
  const damages = [
    () => {
      writeFileSync(path, "");
    },
    () => {
      writeFileSync(path, "\0\0 x");
    },
    () => {
      mkdirSync(path);
    },
    () => {
      execFileSync("mkfifo", [path]);
    },
  ];
  for (const damage of damages) {
    damage();
    await (await start(dataDir)).stop();
  }
});

test("a cluster whose version is empty or missing is reported as damaged", async () => {
  const dataDir = makeDataDir();
  await (await start(dataDir)).stop();
  const path = join(dataDir, "postgres/PG_VERSION");
  writeFileSync(path, "");
  await expect(start(dataDir)).rejects.toThrow(/postgres is damaged: .*PG_VERSION/);
  unlinkSync(path);
  await expect(start(dataDir)).rejects.toThrow(/postgres is damaged: .*PG_VERSION/);
});

function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), "skuport-embedded-"));
}

async function start(dataDir: string): Promise<Embedded> {
  return await startEmbedded({ data_dir: dataDir, log, settings });
}

async function query(connection: EmbeddedConnection, sql: string): Promise<unknown[]> {
  const pool = createPool(connection, { application_name: "test", max: 1 });
  const { rows } = await pool.query<object>(sql).finally(() => pool.end());
  return rows;
}

function spawnStarter(dataDir: string): ChildProcess {
  const program = `
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
    const log = { info() {}, warn() {}, error: console.error };
    const { pid, connection } = await startEmbedded({ data_dir: ${JSON.stringify(dataDir)}, log, settings: ${JSON.stringify(settings)} });
    console.log(JSON.stringify({ pid, connection }));`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
}

async function startInChild(dataDir: string) {
  const child = spawnStarter(dataDir);
  const line = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (chunk: Buffer) => {
      resolve(chunk.toString());
    }),
  );
  const { pid, connection } = JSON.parse(line) as { pid: number; connection: EmbeddedConnection };
  return { child, postmaster: pid, connection, watch: findWatch(pid) };
}

/** The pid of the watching shell, whose last argument is the postmaster's pid. */
function findWatch(postmaster: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    const args = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") : [];
    return args[0] === "/bin/sh" && args[4] === String(postmaster);
  });
  return Number(found);
}
