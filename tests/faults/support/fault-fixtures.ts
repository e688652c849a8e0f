// Fixtures for fault tests: proxies, connections, servers and workers, which are closed or killed after each test.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterEach, expect } from "vitest";
import type { Queryable } from "../../../src/db/connection/connect.ts";
import type { TestDatabase } from "../../support/database.ts";
import { NOTHING_LEFT, settledLeftovers, temporaryFolders } from "./leftovers.ts";
import {
  startServerProcess,
  startWorkerProcess,
  type ProcessOptions,
  type RunningProcess,
  type RunningServer,
} from "./processes.ts";
import { startProxy, type Proxy } from "../../support/network/proxy.ts";

export interface FaultFixtures {
  /** Registers a function to call after the test. Functions are called in reverse order of registration. */
  atEnd: (cleanup: () => Promise<unknown>) => void;
  /** Starts a proxy in front of the database. */
  startProxy: () => Promise<Proxy>;
  startServer: (options: ProcessOptions) => Promise<RunningServer>;
  startWorker: (options: ProcessOptions) => Promise<RunningProcess>;
  /** Registers a client to be closed after the test, and returns it. */
  closing: (client: pg.Client) => pg.Client;
}

/** Creates the fixtures. Call it at the top of a test file. */
export function createFaultFixtures(database: TestDatabase): FaultFixtures {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const atEnd = (cleanup: () => Promise<unknown>): void => void cleanups.push(cleanup);
  const started = <T extends RunningProcess>(child: T): T => {
    atEnd(() => child.kill());
    return child;
  };
  return {
    atEnd,
    async startProxy() {
      const proxy = await startProxy(database.address);
      atEnd(() => proxy.close());
      return proxy;
    },
    startServer: async (options) => started(await startServerProcess(options)),
    startWorker: async (options) => started(await startWorkerProcess(options)),
    closing(client) {
      atEnd(() => client.end().catch(() => undefined));
      return client;
    },
  };
}

/** Creates a data folder. Returns its path and a function that checks that no files, locks, jobs or unfinished rows are left. */
export async function createDataDir(): Promise<{
  data_dir: string;
  expectNothingLeft: (db: Queryable) => Promise<void>;
}> {
  const dataDir = await mkdtemp(join(tmpdir(), "skuport-faults-"));
  const temporaryBefore = await temporaryFolders();
  return {
    data_dir: dataDir,
    async expectNothingLeft(db) {
      const left = await settledLeftovers(db, { data_dir: dataDir, temporary_before: temporaryBefore });
      expect(left).toEqual(NOTHING_LEFT);
    },
  };
}
