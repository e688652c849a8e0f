// HTTP routes of API keys.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { decodeIntegerCursor, toPage } from "../../cursor.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { newKey } from "../../identity/keys/key-text.ts";
import { countKeys, insertKey, listKeys, markRevoked, readKey } from "../../identity/keys/store.ts";
import { notifyIdentityChange } from "../../identity/notify.ts";
import { requireSession } from "../../identity/sessions/store.ts";
import { lockUser } from "../../identity/users/store.ts";
import { senderOf } from "../access/identity.ts";
import type { IdentityRoutesContext } from "./context.ts";
import { SCOPES_OF_ROLE } from "../../../contract/identity/identity-rules.ts";
import {
  create_key,
  list_keys,
  revoke_current_key,
  revoke_key,
  type KeyRecord,
} from "../../../contract/identity/keys.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of valid keys of one user. */
const MAX_KEYS = 50;

export function keyRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const { pool } = context;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_keys,
    handler: async (request) => {
      const { all, limit, cursor } = request.query;
      const { role, user_id } = senderOf(request);
      if (all && role !== "admin")
        throw new Problem("not-permitted", "Only administrators see the keys of other users.");
      const before = decodeIntegerCursor("keys", cursor);
      const found = await listKeys(pool, { user_id: all ? undefined : user_id, before, limit: limit + 1 });
      return toPage("keys", found, limit, ({ id }) => [id]);
    },
  });

  app.route({
    ...create_key,
    handler: async (request, reply) => {
      const { role, user_id, user, session_id } = senderOf(request);
      const { name, days } = request.body;
      const scopes = [...new Set(request.body.scopes)];
      const excess = scopes.filter((scope) => !SCOPES_OF_ROLE[role].includes(scope));
      if (excess.length > 0)
        throw new Problem("not-permitted", `The role "${role}" does not include the scopes ${excess.join(", ")}.`);
      const key = newKey();
      const id = await withTransaction(pool, async (db) => {
        // Two requests at the same time must not both create the last possible key.
        await lockUser(db, user_id);
        if (session_id !== undefined) await requireSession(db, session_id);
        if ((await countKeys(db, user_id)) >= MAX_KEYS)
          throw new Problem(
            "limit-reached",
            `Limit reached: ${user} has ${MAX_KEYS} valid keys. Revoke one of them first.`,
          );
        const created = await insertKey(db, { user_id, name, key, scopes, days });
        const detail = { scopes: scopes.join(", "), days: String(days) };
        await request.audit(db, { action: "key-created", subject: `key ${name} of ${user}`, detail });
        return created;
      });
      const { user_id: _, ...record } = (await readKey(pool, id)) as KeyRecord & { user_id: number };
      return reply.code(201).header("cache-control", "no-store").send({ key, record });
    },
  });

  app.route({
    ...revoke_key,
    handler: async (request, reply) => {
      await revokeKey(request, context, request.params.id);
      return reply.code(204).send(null);
    },
  });

  app.route({
    ...revoke_current_key,
    handler: async (request, reply) => {
      const { key_id } = senderOf(request);
      if (key_id !== undefined) await revokeKey(request, context, key_id);
      return reply.code(204).send(null);
    },
  });
}

/** @throws Problem not-found */
async function revokeKey(request: FastifyRequest, { pool, access }: IdentityRoutesContext, id: number): Promise<void> {
  const { role, user_id } = senderOf(request);
  await withTransaction(pool, async (db) => {
    const key = await readKey(db, id);
    if (key === undefined || (key.user_id !== user_id && role !== "admin"))
      throw new Problem("not-found", `You have no key ${id}.`);
    if (key.revoked_at !== null) return;
    await markRevoked(db, id);
    await request.audit(db, { action: "key-revoked", subject: `key ${key.name} of ${key.user}` });
    await notifyIdentityChange(db);
  });
  access.changed();
}
