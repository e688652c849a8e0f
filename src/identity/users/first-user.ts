// Creates the first user. Without it, no one could invite others.
import type { Queryable } from "../../db/connection/connect.ts";
import { recordAudit } from "../audit/audit.ts";
import { FIRST_USER } from "./user-name.ts";
import { insertUser } from "./store.ts";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";

/** Creates the user `admin`, without a password, if there are no users. */
export async function createFirstUser(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ found: boolean }>("select exists (select 1 from users) as found");
  if (rows[0]?.found === true) return;
  // Another process may create the same user at the same moment; then this insert changes nothing.
  const id = await insertUser(db, FIRST_USER, "admin");
  if (id === undefined) return;
  await recordAudit(db, { action: "user-created", actor: LOCAL_ACTOR, subject: FIRST_USER, detail: { role: "admin" } });
}
