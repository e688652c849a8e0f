// The actions that faults interrupt: imports of every format, edits, bulk changes and undo. Like a careful client, each action repeats
// its requests until the server answers. Each action also applies its changes to the model, which describes the expected catalogue.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { UnreachableError } from "../../client/answer.ts";
import { call } from "../../client/call.ts";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../../tests/support/identity/fetch-with-key.ts";
import { patch_product } from "../../contract/catalog/edit-products.ts";
import { isTerminal } from "../../contract/imports/import-names.ts";
import { get_import } from "../../contract/imports/imports.ts";
import { change_products, get_operation, isOperationOver } from "../../contract/changesets/operations.ts";
import { Problem } from "../../contract/problems.ts";
import { undo_changeset } from "../../contract/changesets/undo.ts";
import { makeWorkbook } from "../../tests/support/files/make-workbook.ts";
import { applyNames, describe, type Model } from "./fault-model.ts";
import type { Site } from "./fault-site.ts";

/** An action that takes longer than this counts as stuck. */
const STUCK_MS = 180_000;
const NEW_PRODUCTS = 50;

export type Action = (site: Site, model: Model, round: number) => Promise<string[]>;

export const ACTIONS: Readonly<Record<string, Action>> = {
  "plain file": importOf("csv", (text) => text),
  gzip: importOf("csv.gz", (text) => gzipSync(text)),
  workbook: importOf("xlsx", workbookOf),
  "strict file": importOf("csv", (text) => text.replace(/^,.*\n/m, ""), { strict: true }),
  edits,
  "bulk change": async (site, model, round) => (await bulk(site, model, `changed in ${round}`)).faults,
  undo: async (site, model, round) => {
    const before = new Map([...model].map(([sku, { description }]) => [sku, description]));
    const { changeset_id, faults } = await bulk(site, model, `to be undone in ${round}`);
    const expected = describe(model, (sku) => before.get(sku) ?? "");
    const request = { params: { id: changeset_id }, body: {} };
    const key = randomUUID();
    const undone = await persist(() => call(undo_changeset, request, to(site, { "idempotency-key": key })));
    const id = undone !== undefined && "id" in undone ? undone.id : undefined;
    return [...faults, ...(await operationFaults(site, id, expected, "undo"))];
  },
};

const to = ({ server }: Site, headers: Record<string, string> = {}) => ({
  ...withKey(server.now.base_url),
  headers,
  signal: AbortSignal.timeout(20_000),
});

/** Repeats a request until the server answers. Returns undefined if an earlier attempt has already succeeded. */
async function persist<T>(send: () => Promise<T>): Promise<T | undefined> {
  const deadline = performance.now() + STUCK_MS;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const status = error instanceof Problem ? error.status : undefined;
      if (status === 412 || (error instanceof Problem && error.slug === "already-undone")) return undefined;
      const isTransient =
        error instanceof UnreachableError ||
        (error as Error).name === "TimeoutError" ||
        status === 409 ||
        (status ?? 0) >= 500;
      if (status === 500 || !isTransient || performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

function importOf(extension: string, pack: (text: string) => string | Buffer | Promise<Buffer>, options = {}): Action {
  return async (site, model, round) => {
    const names = new Map([...model.keys()].map((sku, i) => [sku, `Name ${i} of ${round}`]));
    for (let i = 0; i < NEW_PRODUCTS; i++) names.set(`NEW-${round}-${i}`, `New ${i}`);
    const rows = [...names].map(([sku, name]) => `${sku},${name}`);
    const file = join(site.data_dir, `../round.${extension}`);
    // The row without a SKU becomes a reject, which must be neither lost nor duplicated.
    await writeFile(file, await pack(`sku,name\n,nameless\n${rows.join("\n")}\n`));
    const expected = applyNames(model, names);
    const { rows: last } = await site.pool.query<{ id: number }>("select coalesce(max(id), 0) as id from imports");
    const sent = await persist(() => uploadPath(file, { ...to(site), options }));
    if (sent === undefined) return ["the upload was refused"];
    const ended = await untilOver(async () => {
      const now = await persist(() => call(get_import, { params: { id: sent.id } }, to(site)));
      return now !== undefined && isTerminal(now.state) ? now : undefined;
    });
    if (ended?.state !== "done")
      return [`the import ended in the state ${String(ended?.state)}: ${String(ended?.problem?.detail)}`];
    // If the response to an upload was lost, the client has sent the file again, and the server has created another import. All imports
    // together must apply each row once.
    const applied = await untilOver(async () => {
      const { rows: since } = await site.pool.query<{ applied: number; running: number }>(
        `select coalesce(sum(created + updated), 0)::int as applied,
                count(*) filter (where state not in ('done', 'failed', 'cancelled'))::int as running
         from imports where id > $1`,
        [last[0]?.id],
      );
      return since[0]?.running === 0 ? since[0].applied : undefined;
    });
    return applied === expected ? [] : [`${String(applied)} rows applied instead of ${expected}`];
  };
}

function workbookOf(text: string): Promise<Buffer> {
  const cell = (value: string): string => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const rows = text.trimEnd().split("\n");
  return makeWorkbook({
    sheets: { Products: rows.map((row) => `<row>${row.split(",").map(cell).join("")}</row>`).join("") },
  });
}

const EDITS = 20;

async function edits(site: Site, model: Model, round: number): Promise<string[]> {
  const skus = [...model.keys()];
  for (let i = 0; i < EDITS; i++) {
    const sku = skus[(round * 7919 + i * 104_729) % skus.length] as string;
    const name = `Edited ${i} in ${round}`;
    applyNames(model, new Map([[sku, name]]));
    // A patch that changes nothing creates no version, so it may be sent twice.
    await persist(() => call(patch_product, { params: { sku }, body: { name } }, to(site)));
  }
  return [];
}

async function bulk(
  site: Site,
  model: Model,
  description: string,
): Promise<{ changeset_id: number; faults: string[] }> {
  const expected = describe(model, () => description);
  const body = { action: "set" as const, filter: {}, set: { description } };
  const key = randomUUID();
  const started = await persist(() => call(change_products, { body }, to(site, { "idempotency-key": key })));
  return {
    changeset_id: started?.changeset_id ?? 0,
    faults: await operationFaults(site, started?.id, expected, "bulk"),
  };
}

/** Returns how the result of an operation differs from the expected result. If the response to the request was lost, the client has sent
 * the request again, so the operation may run twice. The second run changes nothing. */
async function operationFaults(site: Site, id: number | undefined, expected: number, name: string): Promise<string[]> {
  if (id !== undefined) {
    const ended = await untilOver(async () => {
      const now = await persist(() => call(get_operation, { params: { id } }, to(site)));
      return now !== undefined && isOperationOver(now.state) ? now : undefined;
    });
    if (ended?.state !== "done") return [`${name} ended ${String(ended?.state)}: ${String(ended?.problem?.detail)}`];
    if (ended.updated === expected) return [];
  }
  const { rows } = await site.pool.query<{ updated: number }>(
    "select coalesce(sum(updated), 0)::int as updated from operations where id >= coalesce($1, 0) - 3 and created_at > now() - interval '5 minutes' and updated = $2",
    [id ?? null, expected],
  );
  return rows[0]?.updated === expected ? [] : [`${name} changed ${String(rows[0]?.updated)} instead of ${expected}`];
}

async function untilOver<T>(poll: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + STUCK_MS;
  while (performance.now() < deadline) {
    const found = await poll();
    if (found !== undefined) return found;
    await sleep(50);
  }
  return undefined;
}
