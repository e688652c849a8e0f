// What a changeset did, as CSV in constant memory: a line for each field that differs.
import { Readable } from "node:stream";
import type pg from "pg";
import { listChanges, type Changed, type ChangeFilter, type Cursor } from "./changes.ts";
import { csvLineWithBlanks } from "../csv-line.ts";

const PAGE = 2000;

export function changesCsv(pool: pg.Pool, changeset: Changed, filter: ChangeFilter): Readable {
  return Readable.from(lines(pool, changeset, filter));
}

async function* lines(pool: pg.Pool, changeset: Changed, filter: ChangeFilter): AsyncGenerator<string> {
  yield csvLineWithBlanks(["sku", "id", "version", "change", "field", "before", "after"]);
  for (let after: Cursor | undefined; ;) {
    const { items, next } = await listChanges(pool, changeset, filter, after, PAGE);
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
