// Every endpoint of the API declares the role that it requires.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACCESS, endpoint, SCOPES, type Access, type Scope } from "../../contract/endpoint.ts";

interface Operation {
  operationId: string;
  "x-access"?: Access;
  "x-scope"?: Scope;
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

test("every operation requires a known scope of API keys, and exactly the public ones require none", () => {
  const unknown = operations.filter(({ "x-scope": scope }) => scope === undefined || !SCOPES.includes(scope));
  expect(unknown.map(({ operationId }) => operationId)).toEqual([]);
  const differing = operations.filter(
    (operation) => (operation["x-scope"] === "none") !== (operation["x-access"] === "public"),
  );
  expect(differing.map(({ operationId }) => operationId)).toEqual([]);
});

test("(8.2.1) the role of an operation fits its scope", () => {
  const ROLES_OF_SCOPE: Partial<Record<string, readonly string[]>> = {
    read: ["viewer"],
    edit: ["editor"],
    import: ["importer"],
    manage: ["admin"],
  };
  const differing = operations.filter(
    ({ "x-scope": scope = "", "x-access": role = "" }) => ROLES_OF_SCOPE[scope]?.includes(role) === false,
  );
  expect(differing.map(({ operationId }) => operationId)).toEqual([]);
});

test("only the health check of the process and the ways to sign in are public", () => {
  const open = operations.filter((operation) => operation["x-access"] === "public");
  expect(open.map(({ operationId }) => operationId).sort()).toEqual([
    "finish_single_sign_on",
    "get_sign_in_options",
    "health_live",
    "look_at_link",
    "redeem_link",
    "sign_in",
    "start_single_sign_on",
  ]);
});

test("a viewer can read, but can change only their own account and API keys", () => {
  const writes = operations.filter(
    ({ method, "x-access": access, "x-scope": scope }) =>
      access === "viewer" && scope !== "session" && scope !== "key" && !["get", "head", "options"].includes(method),
  );
  expect(writes).toEqual([]);
});

test("an endpoint without a role or scope does not compile", () => {
  const schema = { operationId: "x", summary: "x", tags: [], response: {} };
  // @ts-expect-error access is missing
  endpoint({ method: "GET", url: "/api/x", scope: "read", schema });
  // @ts-expect-error scope is missing
  endpoint({ method: "GET", url: "/api/x", access: "viewer", schema });
  // @ts-expect-error this role does not exist
  endpoint({ method: "GET", url: "/api/x", access: "anyone", scope: "read", schema });
  // @ts-expect-error this scope does not exist
  endpoint({ method: "GET", url: "/api/x", access: "viewer", scope: "all", schema });
});
