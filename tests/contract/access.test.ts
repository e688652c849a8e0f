// Every endpoint of the API declares the role that it requires.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACCESS, endpoint, type Access } from "../../contract/endpoint.ts";

interface Operation {
  operationId: string;
  "x-access"?: Access;
}

const document = JSON.parse(await readFile(join(import.meta.dirname, "../../openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.values(document.paths).flatMap((path) =>
  Object.entries(path).map(([method, operation]) => ({ method, ...operation })),
);

test("every operation requires a known role", () => {
  const unknown = operations.filter(({ "x-access": access }) => access === undefined || !ACCESS.includes(access));
  expect(unknown.map(({ operationId }) => operationId)).toEqual([]);
  expect(operations.length).toBeGreaterThan(50);
});

test("only the health checks and the OPTIONS request of uploads are public", () => {
  const open = operations.filter((operation) => operation["x-access"] === "public");
  expect(open.map(({ operationId }) => operationId).sort()).toEqual([
    "describe_uploads",
    "health_live",
    "health_ready",
  ]);
});

test("a viewer can read, but cannot change anything", () => {
  const writes = operations.filter(
    ({ method, "x-access": access }) => access === "viewer" && method !== "get" && method !== "head",
  );
  expect(writes).toEqual([]);
});

test("an endpoint without a role does not compile", () => {
  const schema = { operationId: "x", summary: "x", tags: [], response: {} };
  // @ts-expect-error access is missing
  endpoint({ method: "GET", url: "/api/x", schema });
  // @ts-expect-error this role does not exist
  endpoint({ method: "GET", url: "/api/x", access: "anyone", schema });
});
