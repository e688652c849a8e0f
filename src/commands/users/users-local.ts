// The subcommands of `skuport users` that work without a server, directly on the database. They need no sign-in: an
// account that can read the data folder or DATABASE_URL can change the table of users anyway.
import type pg from "pg";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";
import { user_name } from "../../../contract/identity/users.ts";
import type { AuditFacts } from "../../../contract/identity/audit-facts.ts";
import { publicOrigin } from "../../http/network/network.ts";
import { recordAudit } from "../../identity/audit/audit.ts";
import { createLink, type CreatedLink } from "../../identity/links/links.ts";
import { changeUser, createUserLink, type Author } from "../../identity/users/change-user.ts";
import { createFirstUser } from "../../identity/users/first-user.ts";
import { findUserByName, firstAdministrator, insertUser } from "../../identity/users/store.ts";
import { FIRST_USER } from "../../identity/users/user-name.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { oneLine } from "../../terminal.ts";
import { UsageError } from "../command.ts";
import { dataDirIn } from "../server/find-server.ts";
import { SignInError } from "../server/sign-in-error.ts";
import { exactly, noSuchUser, printLink, type UsersCall } from "./users-call.ts";

const AUTHOR: Author = {
  actor: LOCAL_ACTOR,
  assertPresent: () => Promise.resolve(),
  audit: (db, entry) => recordAudit(db, { ...entry, actor: LOCAL_ACTOR }),
};

export async function resetUser(given: UsersCall): Promise<number> {
  const [name] = exactly(given, 1, "reset NAME [--remove-second-factor]");
  return withDatabase(given, async (pool, { origin, password_sign_in }) => {
    if (!password_sign_in)
      throw new SignInError(
        "Passwords are switched off (SKUPORT_PASSWORD_SIGN_IN=false), so the user cannot choose one. `skuport users rescue` prints a link that signs in an administrator without a password.",
      );
    const user = await findUserByName(pool, name);
    if (user === undefined) throw noSuchUser(name);
    const options = { remove_second_factor: given.options["remove-second-factor"] === true };
    const link = await createUserLink(pool, user.id, options, AUTHOR);
    print(given, `With this link, ${oneLine(user.name)} chooses a password.`, link, origin);
  });
}

export async function rescueUser(given: UsersCall): Promise<number> {
  const [name, ...more] = given.args;
  if (more.length > 0)
    throw new UsageError("Usage: skuport users rescue [NAME] [--make-admin] [--remove-second-factor]");
  return withDatabase(given, async (pool, { origin }) => {
    const user =
      given.options["make-admin"] === true ? await makeAdministrator(pool, name) : await administratorNamed(pool, name);
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
    if (first === undefined)
      throw new SignInError(
        "No administrator is enabled. To enable a user and make this user an administrator, run `skuport users rescue NAME --make-admin`. A new NAME creates a user.",
      );
    return first;
  }
  const user = await findUserByName(pool, name);
  if (user === undefined || user.role !== "admin" || user.disabled_at !== null)
    throw new SignInError(
      `${oneLine(user?.name ?? name)} is not an enabled administrator. Give the name of an administrator, or add --make-admin to ${user === undefined ? "create an administrator with this name" : "enable this user and make the user an administrator"}.`,
    );
  return user;
}

/** Makes the user an enabled administrator. Creates the user if no user has this name. */
async function makeAdministrator(pool: pg.Pool, given = FIRST_USER): Promise<{ id: number; name: string }> {
  const checked = user_name.safeParse(given);
  if (!checked.success) throw new UsageError(`The name ${JSON.stringify(given)} cannot be the name of a user.`);
  const name = checked.data;
  const created = await withTransaction(pool, async (db) => {
    const id = await insertUser(db, name, "admin");
    if (id !== undefined)
      await AUTHOR.audit(db, { action: "user-created", subject: `user ${name}`, detail: { role: "admin" } });
    return id;
  });
  if (created !== undefined) return { id: created, name };
  const user = await findUserByName(pool, name);
  if (user === undefined) throw noSuchUser(name);
  await changeUser(pool, user.id, { role: "admin", disabled: false }, AUTHOR);
  return user;
}

function print(given: UsersCall, about: string, { token, expires_at }: CreatedLink, origin: string): void {
  printLink(given, about, { url: `${origin}/sign-in#link=${token}`, expires_at, mail: null });
}

interface Settings {
  /** The origin under which users open the server. */
  origin: string;
  password_sign_in: boolean;
}

async function withDatabase(
  { options, io }: UsersCall,
  use: (pool: pg.Pool, settings: Settings) => Promise<void>,
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
    const origin = publicOrigin(config, holder?.url ?? `http://127.0.0.1:${config.port}`);
    await use(pool, { origin, password_sign_in: config.password_sign_in });
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
