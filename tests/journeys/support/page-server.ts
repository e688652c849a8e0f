// Starts a real server for the end-to-end tests: a separate process, on a free port, with an empty data folder.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useKey } from "../../support/identity/fetch-with-key.ts";
import { until } from "../../support/until.ts";

const ROOT = join(import.meta.dirname, "../../..");

export interface PageServer {
  base_url: string;
  /** Folder for files of the test. `remove` deletes it. */
  folder: string;
  stop: () => Promise<void>;
  /** Starts the server again on the same port with the same data. */
  start: () => Promise<void>;
  /** Stops the server and deletes its data. */
  remove: () => Promise<void>;
}

/** Starts a server. `settings` are added to its environment variables. */
export async function startPageServer(settings: Readonly<Record<string, string>> = {}): Promise<PageServer> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-page-"));
  const port = await findFreePort();
  const baseUrl = `http://127.0.0.1:${String(port)}`;
  let running: ChildProcess | undefined;
  // Stop the server even if a test file fails before it registers its cleanup.
  process.once("exit", () => running?.kill());

  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, ["src/main.ts", "serve"], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: "", // always use the embedded PostgreSQL
        SKUPORT_PORT: String(port),
        SKUPORT_DATA_DIR: join(folder, "data"),
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
    await untilReady(baseUrl, child, join(folder, "data", "local.key"));
  };
  const stop = async (): Promise<void> => {
    if (!running || running.exitCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGTERM");
    await exited;
  };
  const remove = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  await start();
  return { base_url: baseUrl, folder, start, stop, remove };
}

/** Waits until the server responds and a worker is running. From then on, `fetch` sends the key in `keyFile` to the server. */
async function untilReady(baseUrl: string, child: ChildProcess, keyFile: string): Promise<void> {
  await until(async () => {
    if (child.exitCode !== null)
      throw new Error(`The server exited with code ${String(child.exitCode)} before it was ready`);
    try {
      useKey(baseUrl, (await readFile(keyFile, "utf8")).trim());
      const response = await fetch(`${baseUrl}/health/ready`);
      const { workers } = (await response.json()) as { workers?: number };
      return response.ok && workers !== undefined && workers > 0;
    } catch {
      return false; // the server is not listening yet
    }
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
