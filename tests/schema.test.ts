import { expect, test } from "vitest";
import { createTestDatabase } from "./database.ts";
import { dumpSchema } from "./dump-schema.ts";

const database = await createTestDatabase();

test("schema.sql is what the migrations make (npm test -- tests/schema -u writes it)", async () => {
  await expect(await dumpSchema(database.pool)).toMatchFileSnapshot("../schema.sql");
});
