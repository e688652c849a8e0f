import Fastify from "fastify";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { problemOfDatabase } from "./database-problems.ts";
import { useProblems } from "./problems.ts";

const database = await createTestDatabase("empty");

const withCode = (code: string): Error => Object.assign(new Error(`error ${code}`), { code });
const statusOf = (error: unknown): number | undefined => problemOfDatabase(error)?.status;

test.each([
  ["22021", 400],
  ["22P05", 400],
  ["25006", 503],
  ["25P03", 503],
  ["40001", 503],
  ["40P01", 503],
  ["53100", 507],
  ["53200", 503],
  ["53300", 503],
  ["54001", 400],
  ["55P03", 503],
  ["57014", 503],
  ["57P01", 503],
  ["57P03", 503],
  ["57P05", 503],
  ["08000", 503],
  ["08006", 503],
  ["ECONNREFUSED", 503],
  ["ECONNRESET", 503],
  ["ENOSPC", 507],
  ["EDQUOT", 507],
])("an error with the code %s gets status %i", (code, status) => {
  expect(statusOf(withCode(code))).toBe(status);
  expect(statusOf(new Error("wrapped", { cause: withCode(code) }))).toBe(status);
  expect(statusOf(new AggregateError([new Error("another"), withCode(code)]))).toBe(status);
});

test("an error of our own code is not a database problem", () => {
  for (const error of [withCode("42601"), withCode("08P01"), withCode("23505"), withCode("constructor"), new Error("")])
    expect(problemOfDatabase(error)).toBeUndefined();
});

test("NUL characters, read-only sessions and cancelled queries do not get status 500", async () => {
  const { pool } = database;
  const failures = [
    [400, () => pool.query("select $1::text", ["a\0b"])],
    [400, () => pool.query("select $1::jsonb", [JSON.stringify("a\0b")])],
    [503, readOnly],
    [503, cancelled],
  ] as const;
  for (const [status, fail] of failures) {
    const error: unknown = await fail().catch((cause: unknown) => cause);
    expect(statusOf(error)).toBe(status);
  }

  async function readOnly(): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query("begin read only");
      await client.query("create table refused ()");
    } finally {
      await client.query("rollback");
      client.release();
    }
  }
  async function cancelled(): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query("set statement_timeout = 1");
      await client.query("select pg_sleep(60)");
    } finally {
      await client.query("reset statement_timeout");
      client.release();
    }
  }
});

test("responses have Retry-After if a retry can help", async () => {
  const app = Fastify();
  useProblems(app);
  app.get("/:code", ({ params }) => Promise.reject(withCode((params as { code: string }).code)));
  const away = await app.inject("/57P03");
  expect([away.statusCode, away.headers["retry-after"]]).toEqual([503, "5"]);
  expect(away.json()).toMatchObject({ type: "/problems/not-ready", status: 503 });
  const full = await app.inject("/53100");
  expect(full.json()).toMatchObject({ type: "/problems/disk-full", status: 507 });
  expect((await app.inject("/22021")).json()).toMatchObject({ type: "/problems/invalid-request", status: 400 });
  expect((await app.inject("/42601")).statusCode).toBe(500);
  await app.close();
});
