// The committed openapi.json must match the API description that the server generates, and must be valid for other tools.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { describeApi } from "../../src/commands/openapi.ts";

const COMMITTED = join(import.meta.dirname, "../../openapi.json");

test("openapi.json is up to date (`skuport openapi > openapi.json` updates it)", async () => {
  expect(await readFile(COMMITTED, "utf8")).toBe(await describeApi());
});

test("openapi.json is valid OpenAPI 3.1, and every operation has a unique id", async () => {
  const document = JSON.parse(await describeApi()) as {
    openapi: string;
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  expect(document.openapi).toBe("3.1.0");
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(ids.length);
});

test("an invalid description is detected", async () => {
  const document = JSON.parse(await describeApi()) as { paths: Record<string, unknown> };
  document.paths["/api/broken"] = { get: { responses: "none" } };
  expect(await new Validator().validate(document)).toMatchObject({ valid: false });
});
