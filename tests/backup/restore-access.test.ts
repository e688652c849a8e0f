// Who may sign in after a restore.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { backUp, makeDataDir, runRestore } from "./support.ts";

const source = await createTestDatabase();
const dataDir = await makeDataDir();
await source.pool.query(`
  insert into users (name, name_key, role) values ('Ada', 'ada', 'admin');
  insert into api_keys (user_id, name, key_hash, prefix, last_four, scopes, expires_at)
    select id, 'shop', sha256('shop'), 'sku_aaaa', 'aaaa', '{read}', now() + interval '90 days' from users`);
const backup = join(dataDir, "backup.tar");
await backUp(backup, { database: source, data_dir: dataDir });

describe("(7.4.2) what was withdrawn since the backup", () => {
  const accessIn = async ({ pool }: TestDatabase): Promise<unknown> =>
    (
      await pool.query(`select role, password_hash, disabled_at is null as enabled, k.revoked_at is null as key_valid
                        from users u join api_keys k on k.user_id = u.id`)
    ).rows[0];
  const asInBackup = { role: "admin", password_hash: null, enabled: true, key_valid: true };
  const withdraw = ({ pool }: TestDatabase) =>
    pool.query(`update users set role = 'viewer', password_hash = 'newer', disabled_at = now();
      update api_keys set revoked_at = now();
      insert into audit_log (action, actor) values ('user-disabled', 'Bob')`);
  const withdrawn = { role: "viewer", password_hash: "newer", enabled: false, key_valid: false };

  test("stays withdrawn", async () => {
    const target = await createTestDatabase("empty");
    const dir = await makeDataDir();
    await runRestore([backup, "--restore-access"], target, dir);
    expect(await accessIn(target)).toEqual(asInBackup);
    await withdraw(target);
    const { stdout } = await runRestore([backup, "--replace"], target, dir);
    expect(await accessIn(target)).toEqual(withdrawn);
    expect(stdout).toContain("had before the restore: Ada.\n");
    expect(stdout).toContain("not valid before the restore: shop of Ada.\n");
    // The audit log keeps its newer entries, and those of the backup are not repeated.
    const { rows } = await target.pool.query<{ action: string }>("select action from audit_log order by id");
    expect(rows.map(({ action }) => action)).toEqual(["backup-restored", "user-disabled", "backup-restored"]);
  });

  test("is restored only by --restore-access, which names it", async () => {
    const target = await createTestDatabase("empty");
    const dir = await makeDataDir();
    await runRestore([backup, "--restore-access"], target, dir);
    await withdraw(target);
    const { stdout } = await runRestore([backup, "--replace", "--restore-access"], target, dir);
    expect(await accessIn(target)).toEqual(asInBackup);
    expect(stdout).toContain("although it was changed since: Ada.\n");
    expect(stdout).toContain(
      "API keys that are valid again, although they were not before the restore: shop of Ada.\n",
    );
    const { rows } = await target.pool.query<{ detail: object }>(
      "select detail from audit_log order by id desc limit 1",
    );
    expect(rows[0]?.detail).toMatchObject({ reset: "Ada, shop of Ada" });
  });

  test("cannot be known in an empty database: all API keys are revoked", async () => {
    const target = await createTestDatabase("empty");
    const { stdout } = await runRestore([backup], target, await makeDataDir());
    expect(await accessIn(target)).toEqual({ ...asInBackup, key_valid: false });
    expect(stdout).toContain("restore the backup again with --restore-access.\n");
  });

  test("does not concern keys that are still valid", async () => {
    const target = await createTestDatabase("empty");
    const dir = await makeDataDir();
    await runRestore([backup, "--restore-access"], target, dir);
    const { stdout } = await runRestore([backup, "--replace"], target, dir);
    expect(await accessIn(target)).toEqual(asInBackup);
    expect(stdout).toMatch(/^Restored 0 products and 0 files as of [^\n]*\n$/);
  });

  test("does not concern other users with the same name, of another catalogue", async () => {
    const target = await createTestDatabase();
    await target.pool.query(
      "insert into users (name, name_key, role, disabled_at) values ('Ada', 'ada', 'viewer', now())",
    );
    await runRestore([backup, "--replace"], target, await makeDataDir());
    expect(await accessIn(target)).toEqual({ ...asInBackup, key_valid: false });
  });
});
