// HTTP routes of a user's own account: password and sessions.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withTransaction } from "../../db/connection/connect.ts";
import { notifyIdentityChange } from "../../identity/notify.ts";
import { newPasswordHash } from "../../identity/passwords/change.ts";
import { endSession, endSessions, isSignInRecent, listSessions, renewSession } from "../../identity/sessions/store.ts";
import { confirmPassword } from "../../identity/sign-in/confirm.ts";
import { hashToken, newToken } from "../../identity/tokens.ts";
import { endLinks } from "../../identity/links/links.ts";
import { setPassword } from "../../identity/users/store.ts";
import { setSessionCookie } from "../access/cookies.ts";
import { sessionOf } from "../access/identity.ts";
import type { IdentityRoutesContext } from "./context.ts";
import { passwordsOff } from "../../identity/passwords/passwords-off.ts";
import { change_password, end_other_sessions, end_session, list_sessions } from "../../../contract/identity/account.ts";
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

export function accountRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool, access } = context;

  app.route({
    ...change_password,
    handler: async (request, reply) => {
      const { sender, session_id } = sessionOf(request);
      const { user_id, user } = sender;
      await assertMayChangePassword(context, request);
      const { client: address, id, body } = request;
      await confirmPassword(context, body.old, { session_id, user_id, user, address, request_id: id });
      const passwordHash = await newPasswordHash(body.new, user);
      const token = newToken();
      await withTransaction(pool, async (db) => {
        // Locks the user. If a one-time link has set another password in the meantime, the session has ended.
        await setPassword(db, user_id, passwordHash);
        await endSessions(db, user_id, session_id);
        await endLinks(db, user_id);
        await renewSession(db, session_id, hashToken(token));
        await request.audit(db, { action: "password-changed", subject: `user ${user}` });
        await notifyIdentityChange(db);
      });
      access.changed();
      setSessionCookie(request, reply, token);
      return reply.code(204).send(null);
    },
  });

  sessionRoutes(instance, context);
}

function sessionRoutes(instance: FastifyInstance, { pool, access }: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_sessions,
    handler: async (request) => {
      const { sender, session_id } = sessionOf(request);
      return { items: await listSessions(pool, sender.user_id, session_id) };
    },
  });

  app.route({
    ...end_session,
    handler: async (request, reply) => {
      const { sender } = sessionOf(request);
      const { id } = request.params;
      await withTransaction(pool, async (db) => {
        if (!(await endSession(db, sender.user_id, id))) throw new Problem("not-found", `You have no session ${id}.`);
        await request.audit(db, { action: "sessions-ended", subject: `user ${sender.user}`, detail: { ended: "1" } });
        await notifyIdentityChange(db);
      });
      access.changed();
      return reply.code(204).send(null);
    },
  });

  app.route({
    ...end_other_sessions,
    handler: async (request) => {
      const { sender, session_id } = sessionOf(request);
      const ended = await withTransaction(pool, async (db) => {
        const count = await endSessions(db, sender.user_id, session_id);
        const detail = { ended: String(count) };
        await request.audit(db, { action: "sessions-ended", subject: `user ${sender.user}`, detail });
        await notifyIdentityChange(db);
        return count;
      });
      access.changed();
      return { ended };
    },
  });
}

/** Decides whether the user may set or change a password. A first password is a further way to sign in. If the user signs in at the
 * identity provider, it is refused, because the provider could no longer keep the user out. If other computers can reach the server, it
 * requires a recent sign-in, so that someone who has taken over a session does not get lasting access.
 * @throws Problem not-permitted, recent-sign-in-required */
async function assertMayChangePassword(
  { pool, requires_second_factor, password_sign_in = true }: IdentityRoutesContext,
  request: FastifyRequest,
): Promise<void> {
  const { sender, session_id } = sessionOf(request);
  if (!password_sign_in) throw passwordsOff();
  if (sender.has_password) return;
  if (sender.single_sign_on)
    throw new Problem(
      "not-permitted",
      "You sign in with single sign-on. Change your password at the identity provider.",
      { extra: because("password-elsewhere") },
    );
  if (requires_second_factor && !(await isSignInRecent(pool, session_id)))
    throw new Problem(
      "recent-sign-in-required",
      "The first password needs a recent sign-in. Confirm your sign-in first.",
    );
}
