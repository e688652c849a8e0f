// Imports a file over HTTP, for end-to-end tests that need products.
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { call } from "../../client/call.ts";
import { get_import, isTerminal } from "../../contract/imports/imports.ts";
import { until } from "./until.ts";

/** Imports the file at `path`. Resolves when the import has ended. */
export async function importOverHttp(baseUrl: string, path: string): Promise<void> {
  const response = await fetch(`${baseUrl}/api/imports?filename=${encodeURIComponent(basename(path))}`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: await openAsBlob(path),
  });
  const { id } = (await response.json()) as { id: number };
  await until(async () => isTerminal((await call(get_import, { params: { id } }, { base_url: baseUrl })).state));
}
