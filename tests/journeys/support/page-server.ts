// Starts a real server for the end-to-end tests: a separate process, on a free port, with an empty data folder and a database of its own in
// the PostgreSQL of the tests, which starts faster than an embedded PostgreSQL.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHolder } from "../../../src/db/data-dir/data-dir.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { useKey } from "../../support/identity/fetch-with-key.ts";
import { databaseUrl } from "../../support/commands/home.ts";
import { HANGING_MS, until } from "../../support/until.ts";

/** Time between two requests that ask whether the server is ready. Each request slows down the server, which is still starting. */
const READY_POLL_MS = 200;
const ROOT = join(import.meta.dirname, "../../..");

export interface PageServer {
  /** The address that users open. */
  base_url: string;
  /** The address for programs on this computer. It differs only if the server uses TLS. */
  readonly local_url: string;
  /** Folder for files of the test. `remove` deletes it. */
  folder: string;
  database: TestDatabase;
  stop: () => Promise<void>;
  /** Starts the server again on the same port with the same data. */
  start: () => Promise<void>;
  /** Stops the server and deletes its data. */
  remove: () => Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

/** Starts a server. Call it at the top of a test file. `given`, which may depend on the port, is added to its environment variables. */
export async function startPageServer(given: Settings | ((port: number) => Settings) = {}): Promise<PageServer> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-page-"));
  const database = await createTestDatabase();
  const port = await findFreePort();
  const settings = typeof given === "function" ? given(port) : given;
  const baseUrl = settings["SKUPORT_PUBLIC_URL"] ?? `http://127.0.0.1:${String(port)}`;
  const dataDir = join(folder, "data");
  let localUrl = "";
  let running: ChildProcess | undefined;
  // Stop the server even if a test file fails before it registers its cleanup.
  const kill = (): void => void running?.kill();
  process.once("exit", kill);

  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, ["src/main.ts", "serve"], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl(database.address),
        SKUPORT_PORT: String(port),
        SKUPORT_DATA_DIR: dataDir,
        SKUPORT_LOG_LEVEL: "warn",
        // With a single loader, imports are slow enough for tests that act during an import.
        SKUPORT_WORKER_CONCURRENCY: "1",
        ...settings,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    // Copy the errors of the server to our stderr. If the server inherited our stderr, Vitest would wait until the server has ended.
    child.stderr.on("data", (text: Buffer) => process.stderr.write(text));
    running = child;
    localUrl = await untilReady(dataDir, child);
  };
  const stop = async (): Promise<void> => {
    if (!running || running.exitCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    await exited;
  };
  const remove = async (): Promise<void> => {
    await stop();
    process.off("exit", kill); // the process may run further test files
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return {
    base_url: baseUrl,
    get local_url() {
      return localUrl;
    },
    folder,
    database,
    start,
    stop,
    remove,
  };
}

/** Waits until the server responds and a worker is running. From then on, `fetch` sends the local key to the server. Returns the server's
 * address for local programs. */
async function untilReady(dataDir: string, child: ChildProcess): Promise<string> {
  let url = "";
  await until(
    async () => {
      if (child.exitCode !== null)
        throw new Error(`The server exited with code ${String(child.exitCode)} before it was ready`);
      try {
        const holder = await readHolder(dataDir);
        if (holder?.pid !== child.pid || holder?.url === undefined) return false;
        url = holder.url;
        useKey(url, (await readFile(join(dataDir, "local.key"), "utf8")).trim());
        const response = await fetch(`${url}/health/ready`);
        const { workers } = (await response.json()) as { workers?: number };
        return response.ok && workers !== undefined && workers > 0;
      } catch {
        return false; // the server is not listening yet
      }
    },
    HANGING_MS,
    READY_POLL_MS,
  );
  return url;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
