// Measures the time of imports through HTTP, and the peak memory of the worker. All imports of one measurement use one server.
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../../tests/support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import { emptyCatalogue, settle } from "../catalogue.ts";
import { startServer } from "../server.ts";

export interface Imports {
  /** Deletes all products. */
  empty: () => Promise<void>;
  /** Imports a file. Imports with the same label are compared with each other.
   * @throws Error if the import does not end successfully or `isExpected` rejects its result */
  run: (label: string, file: ImportedFile, isExpected: (state: ListedImport) => boolean) => Promise<void>;
}

export interface ImportedFile {
  path: string;
  mapping?: Mapping;
}

export interface ImportFigures {
  /** Returns the shortest time of the imports with this label, in milliseconds. */
  best: (label: string) => number;
  /** Returns the largest peak memory of the worker during the imports with this label, in MB. */
  peak: (label: string) => number;
}

/** Starts a server, calls `measure`, and stops the server. */
export async function measureImports(measure: (imports: Imports) => Promise<void>): Promise<ImportFigures> {
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const times = new Map<string, number>();
  const peaks = new Map<string, number>();
  const imports: Imports = {
    empty: () => emptyCatalogue(db),
    async run(label, { path, mapping }, isExpected) {
      await settle(db);
      // Only Linux can reset the peak memory of a process.
      await server.forgetPeak().catch(() => undefined);
      const started = performance.now();
      const options = mapping === undefined ? {} : { mapping: JSON.stringify(mapping) };
      let state: ListedImport = await uploadPath(path, { ...withKey(server.url), options });
      for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
      const ms = performance.now() - started;
      if (state.state !== "done" || !isExpected(state)) throw new Error(`Unexpected: ${JSON.stringify(state)}`);
      const { worker_mb } = await server.peakMemory();
      times.set(label, Math.min(times.get(label) ?? Infinity, ms));
      peaks.set(label, Math.max(peaks.get(label) ?? 0, worker_mb));
      process.stderr.write(`  ${label}: ${Math.round(ms)} ms, worker ${worker_mb} MB\n`);
    },
  };
  try {
    await measure(imports);
  } finally {
    await db.end();
    await server.stop();
  }
  return { best: (label) => times.get(label) ?? Number.NaN, peak: (label) => peaks.get(label) ?? 0 };
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
