// The subcommands of `skuport users` that work without a server, directly on the database. They need no sign-in: an
// account that can read the data folder or DATABASE_URL can change the table of users anyway.
import type pg from "pg";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import type { AuditFacts } from "../../../contract/identity/audit-facts.ts";
import { publicOrigin } from "../../http/network/network.ts";
import { recordAudit } from "../../identity/audit/audit.ts";
import { createLink, type CreatedLink } from "../../identity/links/links.ts";
import { createUserLink, type Author } from "../../identity/users/change-user.ts";
import { createFirstUser } from "../../identity/users/first-user.ts";
import { findUserByName, firstAdministrator } from "../../identity/users/store.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { oneLine } from "../../terminal.ts";
import { UsageError } from "../command.ts";
import { dataDirIn } from "../server/find-server.ts";
import { SignInError } from "../server/sign-in-error.ts";
import { exactly, noSuchUser, printLink, type UsersCall } from "./users-call.ts";

const AUTHOR: Author = {
  actor: LOCAL_ACTOR,
  audit: (db, entry) => recordAudit(db, { ...entry, actor: LOCAL_ACTOR }),
};

export async function resetUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "reset NAME [--remove-second-factor]");
  return withDatabase(given, async (pool, origin) => {
    const user = await findUserByName(pool, name);
    if (user === undefined) throw noSuchUser(name);
    const options = { remove_second_factor: given.options["remove-second-factor"] === true };
    const link = await createUserLink(pool, user.id, options, AUTHOR);
    print(given, `With this link, ${oneLine(user.name)} chooses a password.`, link, origin);
  });
}

export async function rescueUser(given: UsersCall): Promise<number> {
  const [name, ...more] = given.args;
  if (more.length > 0) throw new UsageError("Usage: skuport users rescue [NAME] [--remove-second-factor]");
  return withDatabase(given, async (pool, origin) => {
    const user = await administratorNamed(pool, name);
    const removes = given.options["remove-second-factor"] === true;
    const link = await withTransaction(pool, async (db) => {
      const created = await createLink(db, {
        kind: "first",
        user_id: user.id,
        removes_second_factor: removes,
        created_by: LOCAL_ACTOR,
      });
      const detail: AuditFacts = { kind: "first", ...(removes ? { removes: "second-factor" } : {}) };
      await AUTHOR.audit(db, { action: "link-created", subject: `user ${user.name}`, detail });
      return created;
    });
    print(given, `This link signs in ${oneLine(user.name)} without a password.`, link, origin);
  });
}

async function administratorNamed(pool: pg.Pool, name: string | undefined): Promise<{ id: number; name: string }> {
  if (name === undefined) {
    const first = await firstAdministrator(pool);
    if (first === undefined) throw new SignInError("There is no enabled administrator in the database.");
    return first;
  }
  const user = await findUserByName(pool, name);
  if (user === undefined) throw noSuchUser(name);
  if (user.role !== "admin" || user.disabled_at !== null)
    throw new SignInError(
      `${oneLine(user.name)} is not an enabled administrator. Give the name of an administrator, or run \`skuport users rescue\` without a name.`,
    );
  return user;
}

function print(given: UsersCall, about: string, { token, expires_at }: CreatedLink, origin: string): void {
  printLink(given, about, { url: `${origin}/sign-in#link=${token}`, expires_at });
}

/** @param use gets the database, and the origin under which users open the server */
async function withDatabase(
  { options, io }: UsersCall,
  use: (pool: pg.Pool, origin: string) => Promise<void>,
): Promise<number> {
  if (options.url !== undefined)
    throw new UsageError(
      "This subcommand uses the database and no server. Run it on the computer of the server, without --url.",
    );
  // Load these modules only if needed: the other subcommands call a server.
  const { createLog } = await import("../../processes/log.ts");
  const { openDatabase, openPool } = await import("../../processes/open-database.ts");
  const { readHolder } = await import("../../db/data-dir/data-dir.ts");
  const config = await io.loadConfig(dataDirIn(options));
  const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport users");
  const holder = await readHolder(config.data_dir);
  const database = await openDatabase(config, "skuport users", log);
  const pool = openPool(database.address, "skuport users", 2, log);
  try {
    await createFirstUser(pool);
    await use(pool, publicOrigin(config, holder?.url ?? `http://127.0.0.1:${config.port}`));
    if (holder?.url === undefined)
      io.stderr.write(
        "No server is running on this data folder. Start it with `skuport serve` before you open the link.\n",
      );
  } finally {
    await pool.end();
    await database.close();
  }
  return 0;
}
