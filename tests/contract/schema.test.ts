import { expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { dumpSchema } from "../support/dump-schema.ts";

const database = await createTestDatabase();

test("schema.sql is what the migrations make (npm test -- tests/schema -u writes it)", async () => {
  await expect(await dumpSchema(database.pool)).toMatchFileSnapshot("../../schema.sql");
});
