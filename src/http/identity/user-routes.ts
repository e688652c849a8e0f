// HTTP routes of users.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { decodeTextCursor, toPage } from "../../cursor.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { notifyIdentityChange } from "../../identity/notify.ts";
import { passwordsOff } from "../../identity/passwords/passwords-off.ts";
import { endSessions, IDLE_HOURS, requireSession } from "../../identity/sessions/store.ts";
import { changeUser, createUser, createUserLink, requireUser, type Author } from "../../identity/users/change-user.ts";
import { listUsers, readUserRecord } from "../../identity/users/store.ts";
import { senderOf } from "../access/identity.ts";
import type { IdentityRoutesContext } from "./context.ts";
import { assertCanMail, deliverLink } from "./deliver-link.ts";
import { get_mail } from "../../../contract/identity/mail.ts";
import {
  create_reset_link,
  create_user,
  end_user_sessions,
  list_users,
  patch_user,
  type UserRecord,
} from "../../../contract/identity/users.ts";

export function userRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const { pool, access, password_sign_in = true } = context;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const readRecord = async (id: number): Promise<UserRecord> =>
    (await readUserRecord(pool, id, IDLE_HOURS)) as UserRecord;

  app.route({
    ...list_users,
    handler: async ({ query: { limit, cursor } }) => {
      const after = decodeTextCursor("users", cursor);
      const found = await listUsers(pool, { after, limit: limit + 1, idle_hours: IDLE_HOURS });
      return toPage("users", found, limit, ({ name_key }) => [name_key]);
    },
  });

  app.route({
    ...create_user,
    handler: async (request, reply) => {
      // Without passwords, users sign in at the identity provider only. The server creates each user at the user's first sign-in.
      if (!password_sign_in) throw passwordsOff();
      const { mail, ...given } = request.body;
      assertCanMail(context, mail);
      const { id, link } = await createUser(pool, given, authorOf(request));
      const shown = await deliverLink(context, request, { ...link, user: given.name, is_invitation: true }, mail);
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ user: await readRecord(id), link: shown });
    },
  });

  app.route({
    ...patch_user,
    handler: async (request) => {
      await changeUser(pool, request.params.id, request.body, authorOf(request));
      access.changed();
      return readRecord(request.params.id);
    },
  });

  app.route({
    ...end_user_sessions,
    handler: async (request) => {
      const ended = await withTransaction(pool, async (db) => {
        const user = await requireUser(db, request.params.id);
        const count = await endSessions(db, user.id);
        const detail = { ended: String(count) };
        await request.audit(db, { action: "sessions-ended", subject: `user ${user.name}`, detail });
        await notifyIdentityChange(db);
        return count;
      });
      access.changed();
      return { ended };
    },
  });

  linkRoutes(instance, context);
}

function linkRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool, password_sign_in = true } = context;

  app.route({
    ...create_reset_link,
    handler: async (request, reply) => {
      if (!password_sign_in) throw passwordsOff();
      const { mail, ...given } = request.body;
      assertCanMail(context, mail);
      const link = await createUserLink(pool, request.params.id, given, authorOf(request));
      const shown = await deliverLink(context, request, link, mail);
      return reply.code(201).header("cache-control", "no-store").send(shown);
    },
  });

  app.route({ ...get_mail, handler: () => ({ sends: context.mail !== undefined }) });
}

const authorOf = (request: FastifyRequest): Author => ({
  actor: request.actor,
  // An administrator may have been disabled or have lost the role a moment ago. This administrator must not be able to reverse that change,
  // or to create another administrator.
  assertPresent: async (db) => {
    const { session_id } = senderOf(request);
    if (session_id !== undefined) await requireSession(db, session_id);
  },
  audit: (db, entry) => request.audit(db, entry),
});
