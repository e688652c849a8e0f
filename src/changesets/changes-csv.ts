// The changes of a changeset as CSV, one line per changed field, in constant memory.
import { Readable } from "node:stream";
import type pg from "pg";
import { listChanges, type ChangeFilter, type ChangePosition, type ListedChangeset } from "./changes.ts";
import { csvLineWithBlanks } from "../csv-line.ts";

const BATCH = 2000;

export function changesCsv(pool: pg.Pool, changeset: ListedChangeset, filter: ChangeFilter): Readable {
  return Readable.from(lines(pool, changeset, filter));
}

async function* lines(pool: pg.Pool, changeset: ListedChangeset, filter: ChangeFilter): AsyncGenerator<string> {
  yield csvLineWithBlanks(["sku", "id", "version", "change", "field", "before", "after"]);
  for (let after: ChangePosition | undefined; ;) {
    const { items, next } = await listChanges(pool, changeset, filter, after, BATCH);
    let text = "";
    for (const { sku, id, version, change, fields } of items) {
      const product = [sku, String(id), String(version), change];
      const lines = Object.entries(fields).map(([field, { before, after: now }]) =>
        csvLineWithBlanks([...product, field, textOf(before), textOf(now)]),
      );
      text += lines.length > 0 ? lines.join("") : csvLineWithBlanks([...product, "", "", ""]);
    }
    yield text;
    if (next === undefined) return;
    after = next;
  }
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
