// The link that signs the first administrator in. Every start of the server creates one while no administrator can sign in otherwise.
import type pg from "pg";
import { withTransaction } from "../../db/connection/connect.ts";
import { recordAudit } from "../audit/audit.ts";
import { canAdministratorSignIn, firstAdministrator } from "../users/store.ts";
import { createLink } from "./links.ts";
import { LOCAL_ACTOR } from "../../../contract/actor.ts";

/** Returns the token of a new link; undefined if an administrator can sign in by password or single sign-on. */
export async function createFirstLink(pool: pg.Pool): Promise<string | undefined> {
  return withTransaction(pool, async (client) => {
    if (await canAdministratorSignIn(client)) return undefined;
    const user = await firstAdministrator(client);
    if (user === undefined) return undefined;
    const { token } = await createLink(client, { kind: "first", user_id: user.id, created_by: LOCAL_ACTOR });
    await recordAudit(client, {
      action: "link-created",
      actor: LOCAL_ACTOR,
      subject: user.name,
      detail: { kind: "first" },
    });
    return token;
  });
}
