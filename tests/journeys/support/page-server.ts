// A real server for the journeys of the page: a process of its own, on a free port, with a fresh data folder.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "../../..");

export interface PageServer {
  base_url: string;
  /** A folder for the files of the test, removed with the server. */
  folder: string;
  stop: () => Promise<void>;
  /** Starts it again on the same port and data. */
  start: () => Promise<void>;
  /** Stops it for good and removes its data. */
  remove: () => Promise<void>;
}

/** `settings` are added to the environment of the server. */
export async function startPageServer(settings: Readonly<Record<string, string>> = {}): Promise<PageServer> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-page-"));
  const port = await findFreePort();
  const baseUrl = `http://127.0.0.1:${String(port)}`;
  let running: ChildProcess | undefined;
  // Also where a file fails before it has told what to do after its last test
  process.once("exit", () => running?.kill());

  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, ["src/main.ts", "serve"], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: "", // the embedded one, whatever this machine has
        SKUPORT_PORT: String(port),
        SKUPORT_DATA_DIR: join(folder, "data"),
        SKUPORT_LOG_LEVEL: "warn",
        // One lane: a journey in the middle of an import wants a middle.
        SKUPORT_WORKER_CONCURRENCY: "1",
        ...settings,
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    running = child;
    await untilReady(baseUrl, child);
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

/** Ready means that a worker is there too: a journey would otherwise wait for it unseen. */
async function untilReady(baseUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      const response = await fetch(`${baseUrl}/health/ready`);
      const { workers } = (await response.json()) as { workers?: number };
      if (response.ok && workers !== undefined && workers > 0) return;
    } catch {
      // not listening yet
    }
    await pause(100);
  }
  throw new Error(`The server ended with code ${String(child.exitCode)} before it was ready`);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
