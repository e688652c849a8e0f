// The entries of lookup tables that the conversion of an XML or JSON file collects. They are stored in a file beside the table: one JSON
// array per line.
import { open } from "node:fs/promises";
import type { TreeRequest } from "../../../../contract/imports/options.ts";
import { TableCollector, type TableEntry } from "./around/collect-tables.ts";

/** The entries of each lookup table, by the name of the table. */
export type Entries = Record<string, [key: string, value: string, parent: string][]>;

export interface CollectedTables {
  /** Returns a new collector. Entries that an earlier collector has collected are discarded. */
  start(): TableCollector;
  readonly entries: TableEntry[];
}

/** @returns undefined if the mapping has no lookup tables that are read from outside the records */
export function createTables(request: TreeRequest | undefined): CollectedTables | undefined {
  const requested = request?.tables ?? [];
  if (requested.length === 0) return undefined;
  let collector = new TableCollector(requested);
  let entries: TableEntry[] | undefined;
  return {
    start() {
      entries = undefined;
      return (collector = new TableCollector(requested));
    },
    get entries() {
      return (entries ??= collector.take());
    },
  };
}

/** Returns the path of the file that stores the lookup entries for the table at `path`. */
export const tablesPath = (path: string): string => `${path}.tables`;

const CHUNK_LENGTH = 1 << 16;

// eslint-disable-next-line @typescript-eslint/require-await -- callers read it as they read a stream
export async function* entryLines(entries: readonly TableEntry[]): AsyncGenerator<Buffer> {
  let lines = "";
  for (const entry of entries) {
    lines += `${JSON.stringify(entry)}\n`;
    if (lines.length < CHUNK_LENGTH) continue;
    yield Buffer.from(lines);
    lines = "";
  }
  yield Buffer.from(lines);
}

/** Reads the entries for the table at `path`. Returns undefined if there are none. */
export async function readEntries(path: string): Promise<Entries | undefined> {
  const file = await open(tablesPath(path)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  const entries: TableEntry[] = [];
  for await (const line of file.readLines()) if (line !== "") entries.push(JSON.parse(line) as TableEntry);
  return groupEntries(entries);
}

export function groupEntries(entries: readonly TableEntry[]): Entries {
  const tables = new Map<string, Entries[string]>();
  for (const [table, ...entry] of entries) {
    const list = tables.get(table);
    if (list === undefined) tables.set(table, [entry]);
    else list.push(entry);
  }
  return Object.fromEntries(tables);
}
