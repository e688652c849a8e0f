// Brings a file in as a program would, for journeys that begin with a catalogue.
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../client/call.ts";
import { get_import, isTerminal } from "../../contract/imports/imports.ts";

/** Resolves when the import has ended. */
export async function importOverHttp(baseUrl: string, path: string): Promise<void> {
  const response = await fetch(`${baseUrl}/api/imports?filename=${encodeURIComponent(basename(path))}`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: await openAsBlob(path),
  });
  const { id } = (await response.json()) as { id: number };
  while (!isTerminal((await call(get_import, { params: { id } }, { base_url: baseUrl })).state)) await pause(100);
}
