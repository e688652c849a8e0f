// Creates, changes and disables users.
import type pg from "pg";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import type { NewAuditEntry } from "../audit/audit.ts";
import { createLink, endLinks, type CreatedLink } from "../links/links.ts";
import { notifyIdentityChange } from "../notify.ts";
import { endSessions } from "../sessions/store.ts";
import { findUser, insertUser, lockAdministrators, lockUser, setDisabled, setRole, type StoredUser } from "./store.ts";
import type { AuditFacts } from "../../../contract/identity/audit-facts.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { Problem } from "../../../contract/problems.ts";

/** Who makes the change, and how it is recorded. */
export interface Author {
  actor: string;
  /** Throws a Problem if the author may no longer make the change. Called in its transaction, after users were locked. */
  assertPresent: (db: Queryable) => Promise<void>;
  audit: (db: Queryable, entry: Pick<NewAuditEntry, "action" | "subject" | "detail">) => Promise<void>;
}

/** A new link, with the user whom it is for. */
export interface UserLink extends CreatedLink {
  user: string;
  is_invitation: boolean;
}

/** @throws Problem user-exists */
export async function createUser(
  pool: pg.Pool,
  { name, role }: { name: string; role: Role },
  author: Author,
): Promise<{ id: number; link: CreatedLink }> {
  return withTransaction(pool, async (db) => {
    const id = await insertUser(db, name, role);
    if (id === undefined)
      throw new Problem("user-exists", `There is already a user with the name "${name}". Choose another name.`);
    await author.assertPresent(db);
    await author.audit(db, { action: "user-created", subject: `user ${name}`, detail: { role } });
    const link = await createLink(db, { kind: "invitation", user_id: id, created_by: author.actor });
    await author.audit(db, { action: "link-created", subject: `user ${name}`, detail: { kind: "invitation" } });
    return { id, link };
  });
}

/** Changes the role, or disables or enables the user. A change ends all sessions of the user.
 * @throws Problem not-found, last-administrator */
export async function changeUser(
  pool: pg.Pool,
  id: number,
  change: { role?: Role | undefined; disabled?: boolean | undefined },
  { assertPresent, audit }: Author,
): Promise<void> {
  await withTransaction(pool, async (db) => {
    const administrators = await lockAdministrators(db);
    const user = await lockUser(db, id);
    if (user === undefined) throw noSuchUser(id);
    await assertPresent(db);
    const { role = user.role, disabled = user.disabled_at !== null } = change;
    if ((disabled || role !== "admin") && administrators.length === 1 && administrators[0] === id)
      throw new Problem(
        "last-administrator",
        `${user.name} is the only enabled administrator. Give another user the role "admin" first.`,
      );
    const subject = `user ${user.name}`;
    if (role !== user.role) {
      await setRole(db, id, role);
      await audit(db, { action: "role-changed", subject, detail: { from: user.role, to: role } });
    }
    if (disabled !== (user.disabled_at !== null)) {
      await setDisabled(db, id, disabled);
      if (disabled) await endLinks(db, id);
      await audit(db, { action: disabled ? "user-disabled" : "user-enabled", subject });
    } else if (role === user.role) return;
    await endSessions(db, id);
    await notifyIdentityChange(db);
  });
}

/** Creates a link with which the user chooses a password.
 * @throws Problem not-found, not-permitted */
export async function createUserLink(
  pool: pg.Pool,
  id: number,
  { remove_second_factor }: { remove_second_factor: boolean },
  { actor, assertPresent, audit }: Author,
): Promise<UserLink> {
  return withTransaction(pool, async (db) => {
    const user = await lockUser(db, id);
    if (user === undefined) throw noSuchUser(id);
    await assertPresent(db);
    if (user.disabled_at !== null)
      throw new Problem("user-disabled", `${user.name} is disabled. Enable the user before you create a link.`);
    const kind = user.password_hash === null && !user.single_sign_on ? "invitation" : "reset";
    const link = { kind, user_id: id, removes_second_factor: remove_second_factor, created_by: actor } as const;
    const created = await createLink(db, link);
    const detail: AuditFacts = { kind, ...(remove_second_factor ? { removes: "second-factor" } : {}) };
    await audit(db, { action: "link-created", subject: `user ${user.name}`, detail });
    return { ...created, user: user.name, is_invitation: kind === "invitation" };
  });
}

/** @throws Problem not-found */
export async function requireUser(db: Queryable, id: number): Promise<StoredUser> {
  const user = await findUser(db, id);
  if (user === undefined) throw noSuchUser(id);
  return user;
}

const noSuchUser = (id: number): Problem => new Problem("not-found", `User ${id} does not exist.`);
