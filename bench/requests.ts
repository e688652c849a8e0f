// Imports, bulk changes and undo over HTTP, timed from the request to the state `done`.
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../client/call.ts";
import { uploadPath } from "../client/upload.ts";
import { withKey } from "../tests/support/identity/fetch-with-key.ts";
import { watchImport } from "../client/watch.ts";
import type { ListedImport } from "../contract/imports/imports.ts";
import {
  change_products,
  get_operation,
  isOperationOver,
  type BulkRequest,
  type Operation,
} from "../contract/changesets/operations.ts";
import { undo_changeset } from "../contract/changesets/undo.ts";
import type { BenchServer } from "./server.ts";

const POLL_MS = 20;

export async function importFile(server: BenchServer, path: string): Promise<ListedImport & { ms: number }> {
  const started = performance.now();
  let state: ListedImport = await uploadPath(path, withKey(server.url));
  for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
  expectEqual("the import's state", state.state, "done");
  return { ...state, ms: performance.now() - started };
}

export async function undo(server: BenchServer, id: number): Promise<Operation & { ms: number }> {
  const started = performance.now();
  const operation = await call(undo_changeset, { params: { id } }, { base_url: server.url });
  return waitFor(server, operation as Operation, started);
}

export async function change(server: BenchServer, body: BulkRequest): Promise<Operation & { ms: number }> {
  const started = performance.now();
  return waitFor(server, await call(change_products, { body }, { base_url: server.url }), started);
}

async function waitFor(
  server: BenchServer,
  operation: Operation,
  started: number,
): Promise<Operation & { ms: number }> {
  let state = operation;
  while (!isOperationOver(state.state)) {
    await sleep(POLL_MS);
    state = await call(get_operation, { params: { id: state.id } }, { base_url: server.url });
  }
  expectEqual("the operation's state", state.state, "done");
  return { ...state, ms: performance.now() - started };
}

/** Stops the benchmark with an error if the server's result is wrong, because the measured time would then mean nothing. */
export function expectEqual(name: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${name}: ${String(actual)} instead of ${String(expected)}`);
}
