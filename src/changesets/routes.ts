// HTTP routes of changesets and their changes.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { instantOf } from "../utc-instant.ts";
import { changesCsv } from "./changes-csv.ts";
import { listChanges, type ChangeFilter, type ChangePosition, type ListedChangeset } from "./changes.ts";
import { badCursor, decodeCursor, decodeIntegerCursor, encodeCursor, toPage } from "../cursor.ts";
import { skuKey } from "../catalog/product/sku-key.ts";
import { listChangesets, readChangeset, type StoredChangeset } from "./read-store.ts";
import {
  download_changes,
  get_changeset,
  list_changes,
  list_changesets,
  type Changeset,
  type ProductChange,
} from "../../contract/changesets/changesets.ts";
import { Problem } from "../../contract/problems.ts";

export function changesetRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_changesets,
    handler: async ({ query: { limit, cursor, ...filter } }) => {
      const below = decodeIntegerCursor("changesets", cursor);
      const { since, until } = filter;
      const times = { since: instantOf(since), until: instantOf(until) };
      const found = await listChangesets(pool, { ...filter, ...times, below }, limit + 1);
      const page = toPage("changesets", found, limit, ({ id }) => [id]);
      return { ...page, items: page.items.map(withLinks) };
    },
  });

  app.route({ ...get_changeset, handler: async ({ params: { id } }) => withLinks(await findChangeset(pool, id)) });

  app.route({
    ...list_changes,
    handler: async ({ params: { id }, query: { limit, cursor, ...filter } }) => {
      const changeset = await findWithHistory(pool, id);
      const after = cursor === undefined ? undefined : readCursor(cursor);
      const { items, next } = await listChanges(pool, changeset, filterOf(filter), after, limit);
      return { items, next_cursor: next === undefined ? null : encodeCursor("changes", keyOf(next)) };
    },
  });

  app.route({
    ...download_changes,
    handler: async ({ params: { id }, query }, reply) => {
      const changeset = await findWithHistory(pool, id);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="changes-of-changeset-${id}.csv"`)
        .serializer((payload: unknown) => payload as string)
        .send(changesCsv(pool, changeset, filterOf(query)) as never);
    },
  });
}

async function findChangeset(pool: pg.Pool, id: number): Promise<StoredChangeset> {
  const changeset = await readChangeset(pool, id);
  if (changeset === undefined) throw new Problem("not-found", `Changeset ${id} does not exist.`);
  return changeset;
}

async function findWithHistory(pool: pg.Pool, id: number): Promise<ListedChangeset> {
  const changeset = await findChangeset(pool, id);
  const { purged_at } = changeset;
  if (purged_at !== null) {
    const detail = `The changes of changeset ${id} are no longer available: its history was deleted at ${purged_at}.`;
    throw new Problem("history-purged", detail);
  }
  return changeset;
}

function withLinks({ id_base: _base, id_count: _count, ...changeset }: StoredChangeset): Changeset {
  const { id, import_id, operation_id } = changeset;
  const self = `/api/changesets/${id}`;
  return {
    ...changeset,
    links: {
      self,
      changes: `${self}/changes`,
      undo: `${self}/undo`,
      import: import_id === null ? null : `/api/imports/${import_id}`,
      operation: operation_id === null ? null : `/api/operations/${operation_id}`,
    },
  };
}

/** Parses a SKU, or the beginning of a SKU followed by a star. `\*` at the end is a literal star. */
function filterOf({
  change,
  sku,
}: {
  change?: ProductChange["change"] | undefined;
  sku?: string | undefined;
}): ChangeFilter {
  if (sku === undefined) return { change, keys: undefined };
  if (sku.includes("\0")) throw new Problem("invalid-request", "sku: A SKU cannot contain a NUL character. Remove it.");
  const isPrefix = sku.endsWith("*") && !sku.endsWith("\\*");
  const from = skuKey(isPrefix ? sku.slice(0, -1) : sku.replace(/\\\*$/, "*"));
  // The end of the range is excluded. For a prefix, the end is the prefix followed by the greatest character. For a whole key, the end is
  // the next possible key, since no key contains a NUL.
  return { change, keys: { from, to: `${from}${isPrefix ? "\u{10ffff}" : "\u0001"}` } };
}

const keyOf = (position: ChangePosition) =>
  "created" in position ? [position.created] : [position.ended.at, position.ended.sku_key, position.ended.id];

function readCursor(text: string): ChangePosition {
  const [first, key, id] = decodeCursor("changes", text);
  if (Number.isSafeInteger(first) && key === undefined) return { created: first as number };
  if (isInstant(first) && typeof key === "string" && Number.isSafeInteger(id))
    return { ended: { at: first, sku_key: key, id: id as number } };
  throw badCursor();
}

/** True for a UTC time in the format that the cursors of `listChanges` contain. JavaScript also parses other formats, which PostgreSQL
 * rejects. */
function isInstant(value: unknown): value is string {
  if (typeof value !== "string" || !/^[12]\d{3}-[\d-]{5}T[\d:]{8}(\.\d{1,6})?Z$/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === value.slice(0, 19);
}
