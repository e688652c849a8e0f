import { expect, test } from "vitest";
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
