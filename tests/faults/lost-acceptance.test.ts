// Two faults during an upload: the commit that accepts the file succeeds but its response is lost, and a worker discards the upload as
// abandoned while data still arrives.
import { createHash } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { completeOptions, import_query } from "../../contract/imports/imports.ts";
import { Problem } from "../../contract/problems.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { finishImport } from "../../src/imports/finish-import.ts";
import { receiveImport } from "../../src/imports/receive/receive.ts";
import { listImports, readImport } from "../../src/imports/store.ts";
import { appendBytes } from "../../src/imports/receive/upload/append.ts";
import { createOpenUploads } from "../../src/imports/receive/upload/open-uploads.ts";
import { findUpload, insertUpload, type StoredUpload } from "../../src/imports/receive/upload/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, leftovers, NOTHING_LEFT, receiveBytes, workOn } from "../support/import-file.ts";
import { startProxy } from "../support/network/proxy.ts";

const TIMES = 10;
const { address, pool } = await createTestDatabase();
const proxy = await startProxy(address);
const proxied = createPool({ url: proxy.url() }, { application_name: "skuport test", max: 5 });
afterAll(async () => {
  await proxied.end();
  await proxy.close();
});

const direct = await createImportContext(pool);
let sent = 0;
/** An import context that loses the response to the next commit. */
const losing: ImportContext = {
  ...direct,
  pool: proxied,
  sendScan: () => {
    sent++;
    if (sent === 1) proxy.loseAnswers("commit");
    return Promise.resolve();
  },
};
beforeEach(async () => {
  sent = 0;
  await pool.query("truncate products, product_history, imports cascade");
});

const CSV = Buffer.from("sku,name\nA,One\nB,Two\n");
const sha256 = createHash("sha256").update(CSV).digest("hex");
const options = completeOptions(import_query.parse({}));

test("a file is accepted once even if the response to the commit is lost", async () => {
  for (let round = 0; round < TIMES; round++) {
    sent = 0;
    const lost = proxy.lost_answers;
    const { id, state } = await receiveBytes(losing, CSV);
    expect([proxy.lost_answers - lost, sent, state]).toEqual([1, 1, "scanning"]);
    expect(await readImport(pool, id)).toMatchObject({ state: "scanning", received: CSV.length, sha256 });
    expect(await workOn(direct, id)).toMatchObject({ state: "done", rows: 2, created: round === 0 ? 2 : 0 });
  }
  expect(await leftovers(direct)).toEqual(NOTHING_LEFT);
});

test("a resumable upload is accepted once even if the response to the last commit is lost", async () => {
  for (let round = 0; round < TIMES; round++) {
    sent = 0;
    const lost = proxy.lost_answers;
    const file = crypto.randomUUID();
    const made = { actor: "test", filename: "parts.csv", size: CSV.length, options, file, store_id: direct.store.id };
    const client = await pool.connect();
    const id = await insertUpload(client, made, { user_id: 1, client: "127.0.0.1" }, 24);
    client.release();
    const upload = (await findUpload(pool, file)) as StoredUpload;
    expect(
      await appendBytes(losing, createOpenUploads(), upload, { offset: 0, bytes: [CSV], stop: () => undefined }),
    ).toBe(CSV.length);
    expect([proxy.lost_answers - lost, sent]).toEqual([1, 1]);
    expect(await workOn(direct, id)).toMatchObject({ state: "done", rows: 2, sha256 });
  }
  expect(await leftovers(direct)).toEqual(NOTHING_LEFT);
});

test("an upload that a worker has discarded fails", async () => {
  const givenUp = new Problem("upload-interrupted", "A worker discarded the upload.");
  async function* bytes() {
    yield CSV;
    const [{ id } = { id: 0 }] = await listImports(pool, { limit: 1 });
    await finishImport(direct, id, "failed", givenUp);
  }
  const upload = { filename: "slow.csv", size: CSV.length, options, actor: "test", max_bytes: 1000 };
  await expect(receiveImport(direct, upload, bytes())).rejects.toMatchObject({
    slug: "upload-interrupted",
    message: givenUp.message,
  });
  expect(await listImports(pool, { limit: 10 })).toMatchObject([{ state: "failed", sha256: null }]);
  expect(await leftovers(direct)).toEqual(NOTHING_LEFT);
});
