// HTTP routes that start, show, confirm and end a session.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withTransaction } from "../../db/connection/connect.ts";
import { notifyIdentityChange } from "../../identity/notify.ts";
import { endSession, renewSession } from "../../identity/sessions/store.ts";
import { confirmUser } from "../../identity/sign-in/confirm.ts";
import { signInWithPassword } from "../../identity/sign-in/password-sign-in.ts";
import { lookUpLink, needsPassword, redeemLink } from "../../identity/sign-in/redeem-link.ts";
import { hashToken, newToken } from "../../identity/tokens.ts";
import { clearSessionCookie } from "../access/cookies.ts";
import { describeIdentity, senderOf, sessionOf } from "../access/identity.ts";
import { clientOf, type IdentityRoutesContext } from "./context.ts";
import { passwordsOff } from "../../identity/passwords/passwords-off.ts";
import { signedIn } from "./send-identity.ts";
import {
  confirm_sign_in,
  get_identity,
  get_sign_in_options,
  look_at_link,
  redeem_link,
  sign_in,
  sign_out,
} from "../../../contract/identity/sign-in.ts";

export function signInRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { password_sign_in = true, single_sign_on } = context;

  app.route({
    ...get_sign_in_options,
    handler: () => ({ password: password_sign_in, single_sign_on: single_sign_on?.name ?? null }),
  });

  app.route({
    ...sign_in,
    handler: async (request, reply) => {
      if (!password_sign_in) throw passwordsOff();
      const token = await signInWithPassword(context, request.body, clientOf(request));
      return signedIn(context, request, reply, token);
    },
  });

  sessionRoutes(instance, context);
  linkRoutes(instance, context);
}

function sessionRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool, access, requires_second_factor } = context;

  app.route({
    ...get_identity,
    handler: (request) => describeIdentity(senderOf(request), requires_second_factor),
  });

  app.route({
    ...sign_out,
    handler: async (request, reply) => {
      const { sender, session_id } = sessionOf(request);
      await withTransaction(pool, async (db) => {
        await endSession(db, sender.user_id, session_id);
        await request.audit(db, { action: "signed-out" });
        await notifyIdentityChange(db);
      });
      access.changed();
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  });

  app.route({
    ...confirm_sign_in,
    handler: async (request, reply) => {
      const { sender, session_id } = sessionOf(request);
      const { user_id, user } = sender;
      const { client: address, id } = request;
      await confirmUser(context, request.body, { session_id, user_id, user, address, request_id: id });
      const token = newToken();
      await withTransaction(pool, async (db) => {
        await renewSession(db, session_id, hashToken(token));
        await request.audit(db, { action: "sign-in-confirmed" });
        await notifyIdentityChange(db);
      });
      return signedIn(context, request, reply, token);
    },
  });
}

function linkRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...look_at_link,
    handler: async (request) => {
      const link = await lookUpLink(context, request.body.token, clientOf(request));
      const { kind, user, expires_at } = link;
      return { kind, user, needs_password: needsPassword(link), expires_at };
    },
  });

  app.route({
    ...redeem_link,
    handler: async (request, reply) => {
      const token = await redeemLink(context, request.body, clientOf(request));
      return signedIn(context, request, reply, token);
    },
  });
}
