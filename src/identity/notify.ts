// Notifies all servers that a credential, a role or a user has changed, so that they do not use cached credentials.
import type { Queryable } from "../db/connection/connect.ts";
import { IDENTITY_CHANNEL } from "../events/channels.ts";

/** Sends the notification when the transaction commits. */
export async function notifyIdentityChange(db: Queryable): Promise<void> {
  await db.query("select pg_notify($1, '')", [IDENTITY_CHANNEL]);
}
