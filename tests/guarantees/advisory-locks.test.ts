// Each kind of advisory lock has its own key. If two kinds shared a key, they would wait for each other or be mistaken for each other.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOCKS, MIGRATION_LOCK } from "../../src/db/advisory-locks.ts";
import { withTransaction } from "../../src/db/connection/connect.ts";
import { lockChangeset } from "../../src/operations/undo/store.ts";
import { releaseOfDead } from "../../src/webhooks/deliver/store.ts";
import { createTestDatabase } from "../support/database.ts";

const ROOT = join(import.meta.dirname, "../..");
const { pool } = await createTestDatabase();

test("the lock of a starting undo is not mistaken for the lock of a webhook worker", async () => {
  await withTransaction(pool, async (client) => {
    await lockChangeset(client, 1);
    expect(await releaseOfDead(pool)).toBe(0);
  });
});

describe("the keys of advisory locks", () => {
  test("differ", () => {
    const keys = [...Object.values(LOCKS).map(String), MIGRATION_LOCK];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("the keys of advisory locks are written in db/advisory-locks.ts only", () => {
    const files = globSync("src/**/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith("db/advisory-locks.ts"));
    const literal = /pg_(?:try_)?advisory\w*\(\s*\d|\b\w+_LOCK\s*=\s*[[\d"']/;
    const keys = new RegExp(`\\b(?:${[...Object.values(LOCKS), MIGRATION_LOCK].join("|")})\\b`);
    const offending = files.filter((file) => {
      const text = readFileSync(join(ROOT, file), "utf8");
      return literal.test(text) || keys.test(text);
    });
    expect(offending).toEqual([]);
  });
});
