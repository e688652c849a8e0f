// Commands that use the database directly appear in the audit log too.
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createHome, databaseUrl } from "../../tests/support/commands/home.ts";

const { address, pool } = await createTestDatabase();

test("(16.3.3) an export, a backup and a rotation without a server are recorded", async () => {
  const home = await createHome();
  const backup = join(home.path, "b.tar");
  const env = { DATABASE_URL: databaseUrl(address) };
  for (const args of [["export", "--format", "jsonl"], ["backup", backup], ["rotate-key"]])
    expect(await home.run(args, { env })).toMatchObject({ code: 0, err: "" });
  const { rows } = await pool.query<object>("select action, actor, subject, detail from audit_log order by id");
  expect(rows).toEqual([
    { action: "catalogue-exported", actor: "local", subject: null, detail: { format: "jsonl" } },
    { action: "backup-made", actor: "local", subject: null, detail: { file: backup } },
    {
      action: "secret-rotated",
      actor: "local",
      subject: expect.stringMatching(/^encryption key \w+$/) as string,
      detail: {},
    },
  ]);
});
