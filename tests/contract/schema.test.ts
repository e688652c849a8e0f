import { expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { dumpSchema } from "../support/dump-schema.ts";

const database = await createTestDatabase();

test("schema.sql matches the migrations (`npm test -- tests/contract/schema -u` updates it)", async () => {
  await expect(await dumpSchema(database.pool)).toMatchFileSnapshot("../../schema.sql");
});
