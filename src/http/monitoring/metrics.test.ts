import { folderStore } from "../../imports/file-stores/folder-store.ts";
import { describe, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { noteChanged } from "../../catalog/backlog.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);

test("/metrics and /health/ready report the lag of the search index", async () => {
  const changesetId = await insertChangeset(database.pool, { kind: "edit", actor: "test" });
  await noteChanged(database.pool, { changeset_id: changesetId, keys: ["a", "b"], rows: 2, delta: 0 });
  await app.inject({ method: "GET", url: "/api/products?search=x" });
  const { headers, body } = await app.inject({ method: "GET", url: "/metrics" });
  expect(headers["content-type"]).toContain("text/plain");
  expect(body).toContain("skuport_search_pending_products 2\n");
  expect(body).toMatch(/skuport_search_lag_seconds [\d.]+\n/);
  expect(body).toContain('skuport_http_request_seconds_count{method="GET",route="/api/products",status="200"} 1\n');
  const ready = await app.inject({ method: "GET", url: "/health/ready" });
  expect(ready.json()).toMatchObject({ status: "ready", search: { pending: 2 } });
});

describe("stores of uploaded files", () => {
  const own = { id: "own", location: "here:/files", workers: 1, unfinished_imports: 2 };
  const other = { id: "other", location: "there:/files", workers: 0, unfinished_imports: 3 };
  const appWith = (stores: (typeof own)[], needsWorker: boolean) =>
    createTestApp(database, {
      store: folderStore("", "own"),
      needs_worker: needsWorker,
      listStores: () => Promise.resolve(stores),
    });

  test("/health/ready and /metrics report stores without a worker", async () => {
    const ready = await appWith([own, other], true);
    const { statusCode, ...response } = await ready.inject({ method: "GET", url: "/health/ready" });
    expect(statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      stores: [
        { ...own, is_own: true },
        { ...other, is_own: false },
      ],
    });
    const metrics = await ready.inject({ method: "GET", url: "/metrics" });
    expect(metrics.body).toContain("skuport_imports_without_worker 3\n");
  });

  test("a server that starts a worker is not ready while no worker reads its files, whatever other stores have", async () => {
    const stores = [
      { ...own, workers: 0 },
      { ...other, workers: 1 },
    ];
    const needing = await (await appWith(stores, true)).inject({ method: "GET", url: "/health/ready" });
    expect(needing.statusCode).toBe(503);
    expect(needing.json()).toMatchObject({ type: "/problems/not-ready", reason: "no-worker" });
    const serving = await (await appWith(stores, false)).inject({ method: "GET", url: "/health/ready" });
    expect(serving.statusCode).toBe(200);
  });
});
