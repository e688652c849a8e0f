// HTTP routes of a user's own second factor.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withTransaction } from "../../db/connection/connect.ts";
import { notifyIdentityChange } from "../../identity/notify.ts";
import {
  beginSecondFactor,
  confirmSecondFactor,
  countRecoveryCodes,
  removeSecondFactor,
  renewRecoveryCodes,
} from "../../identity/second-factor/second-factor.ts";
import { requireSession } from "../../identity/sessions/store.ts";
import { confirmUser, countFailures } from "../../identity/sign-in/confirm.ts";
import { sessionOf } from "../access/identity.ts";
import type { IdentityRoutesContext } from "./context.ts";
import {
  begin_second_factor,
  confirm_second_factor,
  get_second_factor,
  remove_second_factor,
  renew_recovery_codes,
} from "../../../contract/identity/account.ts";
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

export function secondFactorRoutes(instance: FastifyInstance, context: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool, access } = context;

  recoveryRoutes(instance, context);

  app.route({
    ...begin_second_factor,
    handler: (request, reply) => {
      const { user_id: id, user: name } = sessionOf(request).sender;
      reply.header(...NOT_STORED);
      return beginSecondFactor(pool, context, { id, name });
    },
  });

  app.route({
    ...confirm_second_factor,
    handler: async (request) => {
      const { sender, session_id } = sessionOf(request);
      const { user_id, user } = sender;
      const session = { session_id, user_id, user, address: request.client, request_id: request.id };
      // The response contains the recovery codes. Count wrong codes of the app as failures, so that someone else who uses this session
      // cannot find the right one by trying.
      const recoveryCodes = await countFailures(context, session, () =>
        withTransaction(pool, async (db) => {
          const codes = await confirmSecondFactor(db, context, user_id, request.body.code);
          if (codes === undefined) throw codeRefused();
          await requireSession(db, session_id);
          await request.audit(db, { action: "second-factor-added", subject: `user ${user}` });
          await notifyIdentityChange(db);
          return codes;
        }),
      );
      access.changed();
      return { recovery_codes: recoveryCodes };
    },
  });

  app.route({
    ...remove_second_factor,
    handler: async (request, reply) => {
      const { sender, session_id } = sessionOf(request);
      const { user_id, user } = sender;
      const session = { session_id, user_id, user, address: request.client, request_id: request.id };
      await confirmUser(context, request.body, session);
      await withTransaction(pool, async (db) => {
        if (!(await removeSecondFactor(db, user_id))) throw noSecondFactor();
        await request.audit(db, { action: "second-factor-removed", subject: `user ${user}` });
        await notifyIdentityChange(db);
      });
      access.changed();
      return reply.code(204).send(null);
    },
  });
}

function recoveryRoutes(instance: FastifyInstance, { pool }: IdentityRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...get_second_factor,
    handler: async (request) => {
      const left = await countRecoveryCodes(pool, sessionOf(request).sender.user_id);
      return { active: left !== undefined, recovery_codes_left: left ?? null };
    },
  });

  app.route({
    ...renew_recovery_codes,
    handler: async (request, reply) => {
      const { sender, session_id } = sessionOf(request);
      const { user_id, user } = sender;
      const codes = await withTransaction(pool, async (db) => {
        const renewed = await renewRecoveryCodes(db, user_id);
        if (renewed === undefined) throw noSecondFactor();
        await requireSession(db, session_id);
        await request.audit(db, { action: "recovery-codes-renewed", subject: `user ${user}` });
        return renewed;
      });
      reply.header(...NOT_STORED);
      return { recovery_codes: codes };
    },
  });
}

/** Without this header, a response to a request with an idempotency key would be stored, and with it the secret. */
const NOT_STORED = ["cache-control", "no-store"] as const;

const noSecondFactor = (): Problem =>
  new Problem("not-found", "You have no authenticator app.", { extra: because("no-second-factor") });

const codeRefused = (): Problem =>
  new Problem(
    "sign-in-failed",
    "The code is not correct, or the setup began more than 15 minutes ago. Enter the current code of the app, or start again.",
    { extra: because("set-up-code") },
  );
